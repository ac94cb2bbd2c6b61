// Counts the results in a TRX file and names the failed tests. It counts the tests themselves and ignores the totals of the file.
//   node eng/trx.mjs FILE.trx → {"passed":1,"failed":0,"skipped":0}
import { readFileSync } from 'node:fs';
import { elements } from './xml.mjs';

const counts = { passed: 0, failed: 0, skipped: 0 };
let outcome;
for (const { name, attributes } of elements(readFileSync(process.argv[2], 'utf8'))) {
  if (name === 'UnitTestResult') {
    const kind = { Passed: 'passed', NotExecuted: 'skipped' }[attributes.outcome] ?? 'failed';
    counts[kind]++;
    if (kind === 'failed') {
      console.error(`    failed: ${attributes.testName}`);
    }
  } else if (name === 'ResultSummary') {
    outcome = attributes.outcome;
  }
}

// An aborted run has another outcome here, even if all its tests passed before.
if (outcome !== 'Completed' && counts.failed === 0) {
  console.error(`    failed: the run ended as '${outcome}'`);
  counts.failed++;
}

console.log(JSON.stringify(counts));
