// A reporter of Node's test runner that writes what eng/trx.mjs does: {"passed":1,"failed":0,"skipped":0}.
// Node 18, Debian's, has no reporter in a format meant for machines but TAP.
export default async function* counts(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    // A `describe` is no test; one that fails of itself, in a hook, is a failure all the same.
    const isSuite = data?.details?.type === 'suite';
    if (type === 'test:pass' && !isSuite) {
      counts[data.skip === undefined && data.todo === undefined ? 'passed' : 'skipped']++;
    } else if (type === 'test:fail' && !(isSuite && data.details.error?.failureType === 'subtestsFailed')) {
      counts[data.todo === undefined ? 'failed' : 'skipped']++;
    }
  }

  yield JSON.stringify(counts);
}
