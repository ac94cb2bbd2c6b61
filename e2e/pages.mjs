// Reads the pages of docs/. A test takes code from a code block, never from the text around it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** @returns the code blocks of a page; `language` is the whole word or words after the opening fence, such as "csharp mysql" */
export function codeBlocks(page, language) {
  const text = readFileSync(new URL(`../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^( *)```(.+)\n([^]*?)^\1```$/gm)]
    .filter(([, , words]) => words === language)
    .map(([, indentation, , code]) => code.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''));
}

/** @returns the one code block of a page that contains `text` */
export function codeBlock(page, language, text) {
  const blocks = codeBlocks(page, language).filter((code) => code.includes(text));
  assert.equal(blocks.length, 1, `docs/${page} has ${blocks.length} blocks of ${language} with: ${text}`);
  return blocks[0];
}

/** Replaces text of an example. Each text must be there once. */
export function edit(code, edits) {
  return edits.reduce((text, [shown, used]) => {
    assert.equal(text.split(shown).length, 2, `The example has not: ${shown}`);
    return text.replace(shown, () => used);
  }, code);
}
