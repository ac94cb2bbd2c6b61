// Writes each C# block of README.md and docs/*.md to a file that compiles: node snippets.mjs OUT.
// A block with types or a whole file is not changed. Statements are put into a method. docs/snippets/Surroundings.cs declares the
// names that blocks use without declaring them (app, config, users). Blocks marked ```csharp not-compiled are skipped; the page must
// give the reason.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2];
const pages = ['README.md', ...readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

let written = 0;
for (const page of pages) {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(\s*)```csharp(.*)$/.exec(lines[i]);
    if (!fence) continue;

    const first = i + 1;
    const block = [];
    while (++i < lines.length && lines[i].trim() !== '```') block.push(lines[i].slice(fence[1].length));
    if (fence[2].trim() === 'not-compiled') continue;

    // Use the line numbers of the page, so that a compiler error names the line to fix.
    const code = [`#line ${first + 1} "${join(root, page)}"`, ...block].join('\n');
    const name = `${basename(page, '.md').replaceAll(/\W/g, '_')}_${first}`;
    writeFileSync(join(out, `${name}.cs`), wrap(name, code, block));
    written++;
  }
}

if (written === 0) throw new Error('No page has a C# block. Check how the pages mark them.');
console.log(`${written} blocks of ${pages.length} pages`);

function wrap(name, code, block) {
  if (block.some(line => /^namespace /.test(line))) return code.replaceAll('MyApplication', `Snippets.${name}`);

  const usings = block.filter(line => /^using [\w.]+;/.test(line)).join('\n');
  const body = code.split('\n').filter(line => !/^using [\w.]+;/.test(line)).join('\n');
  if (block.some(line => /^(public |internal |sealed |static |abstract )*class /.test(line))) {
    return `${usings}\nnamespace Snippets.${name}\n{\n${body}\n}\n`;
  }

  // The block has either members of a class or statements.
  const isMember = block.some(line => /^(public|private|protected|internal) /.test(line) || /^\[TestMethod/.test(line));
  return isMember
    ? `${usings}\nnamespace Snippets.${name}\n{\npublic class Block : Snippets.Surroundings\n{\n${body}\n}\n}\n`
    : `${usings}\nnamespace Snippets.${name}\n{\npublic class Block : Snippets.Surroundings\n{\npublic async System.Threading.Tasks.Task RunAsync()\n{\nawait System.Threading.Tasks.Task.Yield();\n${body}\n}\n}\n}\n`;
}
