// Requests a second of the sample application behind nginx, with and without a token, by wrk. Prints JSON:
//   node load.mjs [--quick]   { "anonymous": …, "warm": …, "ratio": … }
// The action is the same for both, and costs the same: it looks at no user.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { send, bearer } from './client.mjs';
import { users } from './pool.mjs';
import { startStack } from './stack.mjs';

const run = promisify(execFile);
const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 9;
const seconds = quick ? 2 : 5;
const path = '/api/public';

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function requestsPerSecond(url, headers) {
  const { stdout } = await run('wrk', [
    '--threads', '1', '--connections', '4', '--duration', `${seconds}s`,
    ...headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    url + path,
  ]);
  // wrk counts a connection that nginx closes after its thousand requests as a read error. About one request in 30,000 is answered
  // with 500 by Mono's System.Web itself, before any of our code: "No data is available for encoding 65001", a race of its own.
  const total = Number(stdout.match(/(\d+) requests in/)[1]);
  const failed = Number(stdout.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0);
  if (failed * 1000 > total || /connect [1-9]|timeout [1-9]/.test(stdout)) {
    throw new Error(`Not every request was answered with success:\n${stdout}`);
  }
  return Number(stdout.match(/Requests\/sec:\s*([\d.]+)/)[1]);
}

const stack = await startStack();
try {
  const { idToken } = await stack.pools.signIn(stack.pools.own, users.alice);
  // That the token is a good one, and that the application has its keys.
  const me = await send(stack.url, { path: '/api/me', headers: [bearer(idToken)] });
  if (me.status !== 200) {
    throw new Error(`/api/me: ${me.status} ${me.challenge ?? ''}`);
  }

  const kinds = { anonymous: [], warm: [bearer(idToken)] };
  const measured = { anonymous: [], warm: [] };
  for (let round = -1; round < rounds; round++) {
    // The first round warms up; the others begin with the one and the other in turn.
    for (const kind of round % 2 ? ['anonymous', 'warm'] : ['warm', 'anonymous']) {
      const rate = await requestsPerSecond(stack.url, kinds[kind]);
      if (round >= 0) {
        measured[kind].push(rate);
      }
    }
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  const ratios = measured.warm.map((rate, index) => rate / measured.anonymous[index]);
  console.log(JSON.stringify({ anonymous: median(measured.anonymous), warm: median(measured.warm), ratio: median(ratios) }));
} finally {
  await stack.stop();
}
process.exit(0);
