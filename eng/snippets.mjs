// Takes the C# blocks out of README.md and docs/*.md and writes each as a file that a compiler takes: node snippets.mjs OUT.
// A block of types or whole files stays as it is; one of statements gets a method around it. What is used without being
// shown (app, config, users) is in docs/snippets/Surroundings.cs. A block marked ```csharp not-compiled is left out: the page says why.
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

    // The numbers of the page's lines, so that an error of the compiler names the place to mend.
    const code = [`#line ${first + 1} "${join(root, page)}"`, ...block].join('\n');
    const name = `${basename(page, '.md').replaceAll(/\W/g, '_')}_${first}`;
    writeFileSync(join(out, `${name}.cs`), wrap(name, code, block));
    written++;
  }
}

if (written === 0) throw new Error('No page has a C# block: something is wrong with their marks.');
console.log(`${written} blocks of ${pages.length} pages`);

function wrap(name, code, block) {
  if (block.some(line => /^namespace /.test(line))) return code.replaceAll('MyApplication', `Snippets.${name}`);

  const usings = block.filter(line => /^using [\w.]+;/.test(line)).join('\n');
  const body = code.split('\n').filter(line => !/^using [\w.]+;/.test(line)).join('\n');
  if (block.some(line => /^(public |internal |sealed |static |abstract )*class /.test(line))) {
    return `${usings}\nnamespace Snippets.${name}\n{\n${body}\n}\n`;
  }

  // Members of a class, or statements.
  const isMember = block.some(line => /^(public|private|protected|internal) /.test(line) || /^\[TestMethod/.test(line));
  return isMember
    ? `${usings}\nnamespace Snippets.${name}\n{\npublic class Block : Snippets.Surroundings\n{\n${body}\n}\n}\n`
    : `${usings}\nnamespace Snippets.${name}\n{\npublic class Block : Snippets.Surroundings\n{\npublic async System.Threading.Tasks.Task RunAsync()\n{\nawait System.Threading.Tasks.Task.Yield();\n${body}\n}\n}\n}\n`;
}
