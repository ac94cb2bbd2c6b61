// Sends mixed requests to the sample on its real stack for a long time, and records the memory of each process:
//   node memory.mjs [--minutes 30] [--pause 80] [--update-docs]
// Each of 16 clients pauses between its requests, in milliseconds, so that the machine is not busy all the time.
// Writes artifacts/memory.csv and memory.svg, and prints what came back. A request that gets no answer within 80 seconds is reported: under
// Mono, the wait for a database sometimes never ends.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startApplication } from './application.mjs';
import { bearer, send, tamper } from './client.mjs';
import { startDatabase } from './database.mjs';
import { startPools } from './pool.mjs';
import { sign } from './sign.mjs';
import { settingsFor } from './stack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const option = (name, otherwise) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : otherwise);
const minutes = option('--minutes', 30);
const pause = option('--pause', 80);
const clients = 16;
const users = 200;

const [pools, database] = await Promise.all([startPools(), startDatabase()]);
let application;
const statuses = new Map();
const samples = [];
let requests = 0;
let unanswered = 0;
let wrong = 0;
try {
  application = await startApplication({
    processes: 2, database: database.connection, settings: { ...settingsFor(pools), 'cognito:TokenCacheMaximumEntries': 5000 },
  });
  const started = performance.now();
  const end = started + minutes * 60_000;
  const elapsed = () => (performance.now() - started) / 60_000;
  const known = [];
  let created = 0;
  await Promise.all([
    record(),
    ...Array.from({ length: clients }, (_, client) => sendAll(client)),
  ]);

  async function record() {
    while (performance.now() < end) {
      samples.push([elapsed(), ...application.processes.map(residentMegabytes), requests]);
      await delay(5000);
    }
  }

  async function sendAll(client) {
    for (let i = 0; performance.now() < end; i++) {
      // One request in 20 has a new token, one a changed token, and one has none. There are 8,000 live tokens, more than the cache keeps.
      let token = known[Math.floor(Math.random() * known.length)];
      if (i % 20 === 0) {
        token = newToken(`user${(i + client * 7) % users}`, i % 40 === 0);
        known[created++ % 8000] = token;
      }
      const kind = i % 20 === 7 ? 'changed' : i % 20 === 13 ? 'none' : 'good';
      const path = i % 10 === 3 ? '/api/notes' : '/api/me';
      try {
        const answer = await send(application.url, {
          path, headers: kind === 'none' ? [] : [bearer(kind === 'changed' ? tamper(token) : token)],
        });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        wrong += answer.status < 500 && (answer.status === 200) !== (kind === 'good') ? 1 : 0;
        unanswered += answer.status === 504 ? 1 : 0;
      } catch (error) {
        unanswered++;
        process.stderr.write(`${elapsed().toFixed(1)} min: ${error.message}\n`);
      }
      requests++;
      await delay(pause);
    }
  }
} finally {
  await application?.stop();
  await Promise.all([pools.stop(), database.stop()]);
}

function newToken(username, isAccess) {
  const now = Math.floor(Date.now() / 1000);
  const common = { sub: `sub-of-${username}`, iss: pools.own.issuer, auth_time: now, iat: now, exp: now + 3600, jti: Math.random().toString(36) };
  return sign(isAccess
    ? { ...common, token_use: 'access', client_id: pools.own.clientId, username, scope: 'openid' }
    : { ...common, token_use: 'id', aud: pools.own.clientId, 'cognito:username': username, email: `${username}@example.com` });
}

function residentMegabytes(pid) {
  const [, kibibytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s*(\d+) kB/) ?? [0, 0];
  return Number(kibibytes) / 1024;
}

const updateDocs = process.argv.includes('--update-docs');
mkdirSync(`${root}artifacts`, { recursive: true });
writeFileSync(`${root}artifacts/memory.csv`, ['minutes,process 1 MB,process 2 MB,requests', ...samples.map((sample) => sample.map((value) => value.toFixed(2)).join(','))].join('\n') + '\n');
writeFileSync(updateDocs ? `${root}docs/images/memory.svg` : `${root}artifacts/memory.svg`, plot());
const at = (minute) => samples.find(([time]) => time >= minute) ?? samples.at(-1);
const summary = `${minutes} minutes, ${requests} requests (${[...statuses].sort().map(([status, count]) => `${count} times ${status}`).join(', ')}), `
  + `${wrong} wrong answers, ${unanswered} without an answer. Memory per process after 1, 5, 10 minutes and at the end: `
  + [at(1), at(5), at(10), samples.at(-1)].map((sample) => `${sample[1].toFixed(0)} and ${sample[2].toFixed(0)} MB`).join('; ') + '.';
console.log(summary);
if (updateDocs) {
  const page = `${root}docs/operations.md`;
  writeFileSync(page, readFileSync(page, 'utf8').replace(/(?<=<!-- memory -->\n)[^]*(?=<!-- \/memory -->)/, () => `${summary}\n`));
}
process.exit(wrong === 0 ? 0 : 1);

function plot() {
  const width = 640, height = 240, left = 50, bottom = 30, top = 30;
  const highest = Math.max(...samples.flatMap(([, one, other]) => [one, other])) * 1.1;
  const x = (time) => left + (time / minutes) * (width - left - 10);
  const y = (value) => height - bottom - (value / highest) * (height - bottom - top);
  const line = (column, color) =>
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${samples.map((sample) => `${x(sample[0]).toFixed(1)},${y(sample[column]).toFixed(1)}`).join(' ')}"/>`;
  const step = 10 ** Math.floor(Math.log10(highest / 2));
  const marks = Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step).filter((value, i, all) => all.length <= 8 || i % 2 === 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${left}" y="18" font-size="13">Resident memory of two processes, MB, by minutes</text>
${marks.map((value) => `<path d="M${left} ${y(value).toFixed(1)}H${width - 10}" stroke="#ddd"/><text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value}</text>`).join('\n')}
${[0, 0.25, 0.5, 0.75, 1].map((part) => `<text x="${x(part * minutes).toFixed(1)}" y="${height - 10}" text-anchor="middle">${(part * minutes).toFixed(minutes < 8 ? 1 : 0)}</text>`).join('\n')}
${line(1, '#0b57a4')}
${line(2, '#c2410c')}
</svg>
`;
}
