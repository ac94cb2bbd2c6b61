// Prints from a Cobertura file how much of the library the tests cover. Fails if it is less than the minimum.
//   node eng/coverage.mjs COBERTURA.XML REPOSITORY > SUMMARY
import { readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { elements } from './xml.mjs';

// The minimum coverage in per cent, for a file or for all files below a folder. No other file has these numbers.
const minimums = [
  { path: 'CognitoOwin/', lines: 90 },
  { path: 'CognitoOwin/Validation/', lines: 100, branches: 100 },
  { path: 'CognitoOwin/Json/', lines: 100, branches: 100 },
  { path: 'CognitoOwin/Claims/CognitoToken.cs', lines: 100, branches: 100 },
  { path: 'CognitoOwin/Claims/NumericDate.cs', lines: 100, branches: 100 },
];

const [coberturaFile, repository] = process.argv.slice(2);
const files = readCobertura(readFileSync(coberturaFile, 'utf8'));
const failures = minimums.flatMap(findFailures);

printTable();
for (const failure of failures) {
  console.log(failure);
}
process.exitCode = failures.length === 0 ? 0 : 1;

/** Returns one entry per source file, with the numbers of its lines and branches. */
function readCobertura(text) {
  const files = new Map();
  let lines;
  let source = '/';
  let inMethods = false;
  for (const { name, attributes, content, depth } of elements(text)) {
    if (name === 'source') {
      source = content;
    } else if (name === 'class') {
      // A class and its state machines (async, iterators, lambdas) are several entries for the same file.
      const file = relative(repository, resolve(source, attributes.filename)).split(sep).join('/');
      lines = files.get(file) ?? new Map();
      files.set(file, lines);
    } else if (name === 'methods') {
      inMethods = depth;
    } else if (name === 'lines' && depth === inMethods) {
      // A class lists its lines twice: first in its methods and then in the class itself.
      inMethods = false;
    } else if (name === 'line' && inMethods === false) {
      const line = lines.get(attributes.number) ?? { ran: false, branches: 0, taken: 0 };
      const [, taken, branches] = /\((\d+)\/(\d+)\)/.exec(attributes['condition-coverage'] ?? '') ?? [0, 0, 0];
      line.ran ||= attributes.hits !== '0';
      line.branches += +branches;
      line.taken += +taken;
      lines.set(attributes.number, line);
    }
  }

  return [...files].map(([path, lines]) => ({ path, ...total([...lines.values()]), ...gaps(lines) }))
    .sort((a, b) => a.path < b.path ? -1 : 1);
}

function total(lines) {
  return {
    lines: lines.length,
    linesRun: lines.filter(line => line.ran).length,
    branches: lines.reduce((sum, line) => sum + line.branches, 0),
    branchesTaken: lines.reduce((sum, line) => sum + line.taken, 0),
  };
}

function gaps(lines) {
  const numbers = predicate => [...lines].filter(([, line]) => predicate(line)).map(([number]) => +number).sort((a, b) => a - b);
  return {
    notRun: ranges(numbers(line => !line.ran)),
    halfTaken: ranges(numbers(line => line.ran && line.taken < line.branches)),
  };
}

/** Formats line numbers: 3, 4, 5, 9 → "3-5 9" */
function ranges(numbers) {
  const found = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.end === number - 1) {
      last.end = number;
    } else {
      found.push({ start: number, end: number });
    }
  }

  return found.map(({ start, end }) => start === end ? `${start}` : `${start}-${end}`).join(' ');
}

function sum(files) {
  const add = key => files.reduce((sum, file) => sum + file[key], 0);
  return { lines: add('lines'), linesRun: add('linesRun'), branches: add('branches'), branchesTaken: add('branchesTaken') };
}

function findFailures({ path, ...minimum }) {
  const covered = sum(files.filter(file => file.path.startsWith(path)));
  if (covered.lines === 0) {
    return [`FAILED: no line of ${path} was measured`];
  }

  const measured = { lines: percent(covered.linesRun, covered.lines), branches: percent(covered.branchesTaken, covered.branches) };
  return Object.keys(minimum).filter(kind => measured[kind] < minimum[kind])
    .map(kind => `FAILED: ${format(measured[kind])} of the ${kind} of ${path} were run; the minimum is ${minimum[kind]} %`);
}

function percent(part, whole) {
  return whole === 0 ? 100 : 100 * part / whole;
}

/** Truncates instead of rounding, so that 89.96 does not look like the minimum of 90. */
function format(value) {
  return `${(Math.floor(value * 10) / 10).toFixed(1)} %`;
}

function printTable() {
  const assemblies = [...new Set(files.map(file => file.path.split('/')[0]))];
  const rows = assemblies.flatMap(assembly => {
    const own = files.filter(file => file.path.split('/')[0] === assembly);
    return [...own.map(file => row(file.path, file)), row(`${assembly}, all files`, sum(own)), undefined];
  });
  const width = Math.max(20, ...rows.map(row => row?.title.length ?? 0));
  console.log(`${''.padEnd(width)}   lines         of  branches         of`);
  for (const row of rows) {
    console.log(row === undefined ? '' : `${row.title.padEnd(width)} ${row.figures}`);
    if (row?.notRun) {
      console.log(`    lines not run: ${row.notRun}`);
    }
    if (row?.halfTaken) {
      console.log(`    branches not taken at lines: ${row.halfTaken}`);
    }
  }
}

function row(title, { lines, linesRun, branches, branchesTaken, notRun, halfTaken }) {
  const figures = `${format(percent(linesRun, lines)).padStart(7)} ${String(lines).padStart(10)}   `
    + `${format(percent(branchesTaken, branches)).padStart(7)} ${String(branches).padStart(10)}`;
  return { title, figures, notRun, halfTaken };
}
