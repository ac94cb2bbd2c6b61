// Counts the results in a TRX file. It counts the tests themselves and ignores the totals of the file. It names the failed tests, and the
// skipped tests with their reason.
//   node eng/trx.mjs FILE.trx → {"passed":1,"failed":0,"skipped":0}
import { readFileSync } from 'node:fs';
import { elements } from './xml.mjs';

const counts = { passed: 0, failed: 0, skipped: 0 };
let outcome;
let skipped;
for (const { name, attributes, content } of elements(readFileSync(process.argv[2], 'utf8'))) {
  if (name === 'UnitTestResult') {
    const kind = { Passed: 'passed', NotExecuted: 'skipped' }[attributes.outcome] ?? 'failed';
    counts[kind]++;
    skipped = kind === 'skipped' ? attributes.testName : undefined;
    if (kind === 'failed') {
      console.error(`    failed: ${attributes.testName}`);
    }
  } else if (name === 'Message' && skipped !== undefined) {
    console.error(`    skipped: ${skipped}: ${content.replace('Assert.Inconclusive. ', '')}`);
    skipped = undefined;
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
