// Measures with wrk how many requests per second the sample application serves behind nginx, with and without a token. Prints JSON:
//   node load.mjs [--quick]   { "anonymous": …, "warm": …, "ratios": { "warm": …, "oneClaim": …, "katana": … } }
// All requests call the same action, which does not read the user, so it costs the same for all. Two more deployments, with startup
// classes of bench/, are there for comparison: one accepts every token without validation, as a user with one claim; the other uses
// Katana's own middleware.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startApplication } from './application.mjs';
import { bearer, send } from './client.mjs';
import { startPools, users } from './pool.mjs';
import { settingsFor } from './stack.mjs';

const run = promisify(execFile);
// Many short measurements, because other work on the machine must affect all compared kinds equally.
const rounds = process.argv.includes('--quick') ? 3 : 45;
const seconds = 1;
const bench = fileURLToPath(new URL('../bench/bin/Release/net472/bench.exe', import.meta.url));

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function requestsPerSecond({ url, headers }) {
  const { stdout } = await run('wrk', [
    '--threads', '1', '--connections', '4', '--duration', `${seconds}s`,
    ...headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    `${url}/api/public`,
  ]);
  // wrk reports a read error when nginx closes a connection after a thousand requests. Mono's System.Web answers about one request
  // in 30,000 with 500 before our code runs, because of a race condition of Mono: "No data is available for encoding 65001".
  const total = Number(stdout.match(/(\d+) requests in/)[1]);
  const failed = Number(stdout.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0);
  if (failed > Math.max(1, total / 1000) || /connect [1-9]|timeout [1-9]/.test(stdout)) {
    throw new Error(`Some requests failed:\n${stdout}`);
  }
  return Number(stdout.match(/Requests\/sec:\s*([\d.]+)/)[1]);
}

const pools = await startPools();
const applications = [];
try {
  const start = async (startup) => {
    const settings = settingsFor(pools);
    const application = await startApplication(startup
      ? { settings: { ...settings, 'owin:AppStartup': `CognitoOwin.Bench.${startup}, bench` }, assemblies: [bench] }
      : { settings });
    applications.push(application);
    return application.url;
  };

  const { idToken } = await pools.signIn(pools.own, users.alice);
  const headers = [bearer(idToken)];
  const ours = await start();
  const kinds = {
    anonymous: { url: ours, headers: [] },
    warm: { url: ours, headers },
    oneClaim: { url: await start('OneClaimStartup'), headers },
    katana: { url: await start('KatanaStartup'), headers },
  };
  for (const { url } of Object.values(kinds)) {
    // Check that the token is accepted. The user with one claim may get another error than 401, because it has too few claims.
    const { status, challenge } = await send(url, { path: '/api/me', headers });
    if (status === 401) {
      throw new Error(`/api/me: 401 ${challenge ?? ''}`);
    }
  }

  const names = Object.keys(kinds);
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -3; round < rounds; round++) {
    // The first rounds are for warming up. Each round starts with another kind.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + names.length) % names.length];
      const rate = await requestsPerSecond(kinds[name]);
      if (round >= 0) {
        measured[name].push(rate);
      }
    }
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  const ratio = (name) => median(measured[name].map((rate, index) => rate / measured.anonymous[index]));
  console.log(JSON.stringify({
    anonymous: median(measured.anonymous),
    warm: median(measured.warm),
    ratios: { warm: ratio('warm'), oneClaim: ratio('oneClaim'), katana: ratio('katana') },
  }));
} finally {
  await Promise.all([...applications, pools].map((each) => each.stop()));
}
process.exit(0);
