// Reads the pages of docs/. A test takes code from a code block, never from the text around it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** @returns the code blocks of a page; `language` is the whole word or words after the opening fence, such as "csharp mysql" */
export function codeBlocks(page, language) {
  const text = readFileSync(new URL(`../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(.+)\n([^]*?)^```$/gm)].filter(([, words]) => words === language).map(([, , code]) => code);
}

/** @returns the one code block of a page that contains `text` */
export function codeBlock(page, language, text) {
  const blocks = codeBlocks(page, language).filter((code) => code.includes(text));
  assert.equal(blocks.length, 1, `docs/${page} has ${blocks.length} blocks of ${language} with: ${text}`);
  return blocks[0];
}
