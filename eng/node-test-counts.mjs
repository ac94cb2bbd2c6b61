// A reporter for Node's test runner. It writes the same as eng/trx.mjs: {"passed":1,"failed":0,"skipped":0}.
// Debian's Node 18 has no other machine-readable reporter than TAP.
export default async function* counts(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    // A `describe` is not a test. But if it fails because of a hook, count it as a failure.
    const isSuite = data?.details?.type === 'suite';
    if (type === 'test:pass' && !isSuite) {
      counts[data.skip === undefined && data.todo === undefined ? 'passed' : 'skipped']++;
    } else if (type === 'test:fail' && !(isSuite && data.details.error?.failureType === 'subtestsFailed')) {
      counts[data.todo === undefined ? 'failed' : 'skipped']++;
    }
  }

  yield JSON.stringify(counts);
}
