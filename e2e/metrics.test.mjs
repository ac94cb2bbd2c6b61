// The alert rules and the dashboard of docs/operations/, on a Prometheus that scrapes the sample. The module in metrics/ serves the sample's
// metrics; it is only in this deployment.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bearer, send, tamper, withUnknownKey } from './client.mjs';
import { users } from './pool.mjs';
import { freePort, removeFolder, start, temporaryFolder, waitUntil, withRetries } from './processes.mjs';
import { startStack } from './stack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const rules = path.join(root, 'docs/operations/prometheus-alerts.yml');
const dashboard = JSON.parse(readFileSync(path.join(root, 'docs/operations/grafana-dashboard.json'), 'utf8'));
let stack, prometheus, folder, unavailableToken;

before(async () => {
  folder = temporaryFolder('prometheus');
  execFileSync('dotnet', ['build', path.join(root, 'e2e/metrics'), '-c', 'Release', '-nologo', '-v', 'q', '-maxCpuCount:1'], {
    env: { ...process.env, MSBUILDDISABLENODEREUSE: '1', UseSharedCompilation: 'false' }, stdio: 'pipe',
  });
  const bin = path.join(root, 'e2e/metrics/bin/Release/net472');
  const port = await freePort();
  stack = await startStack({
    withRedis: true,
    assemblies: readdirSync(bin).filter((file) => file.endsWith('.dll')).map((file) => path.join(bin, file)),
    edit: (text) => text.replace('<httpModules>', `$&
      <add name="Metrics" type="CognitoOwin.E2E.MetricsModule, CognitoOwin.E2E.Metrics" />`),
    settings: (pools) => ({ 'e2e:MetricsPort': port, 'cognito:UserInfo': 'getUser', 'cognito:Endpoint': `${pools.endpoint}/` }),
  });
  // A new Redis: the sample waits for other servers, which it does not have.
  await waitUntil(async () => (await send(stack.url, { path: '/health' })).status === 200, { what: '/health', seconds: 60 });
  await sendRequests();
  prometheus = await withRetries(3, () => startPrometheus(port));
  // A rate needs two samples, and an increase between them.
  await scraped(2);
  await sendRequests();
  await stack.pools.stop();
  assert.equal((await send(stack.url, { path: '/api/me', headers: [bearer(unavailableToken)] })).status, 503);
  await scraped(3);
});

after(async () => {
  await prometheus?.child.stop();
  await stack?.stop();
  removeFolder(folder);
});

test('promtool accepts the rules', () => {
  assert.match(execFileSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' }), /SUCCESS: 4 rules found/);
});

test('Prometheus has loaded the rules, and evaluates each without an error', async () => {
  const groups = await waitUntil(
    async () => {
      const { data } = await ask('/api/v1/rules');
      return data.groups[0]?.rules.every((rule) => rule.health === 'ok') && data.groups;
    },
    { what: 'the rules', seconds: 30, child: prometheus.child });
  assert.deepEqual(groups[0].rules.map((rule) => rule.name), ['CognitoTokensUnavailable', 'CognitoTokensRefused', 'CognitoKeysStale', 'CognitoRevocationStoreUnreachable']);
});

test('An outage of the user pool fires the alert about unavailable tokens', async () => {
  const { data } = await ask('/api/v1/rules');
  const [{ query }] = data.groups[0].rules;
  assert.equal((await queryFor(query)).length, 1, query);
});

test('The expression of each alert has data', async () => {
  const { data } = await ask('/api/v1/rules');
  for (const { name, query } of data.groups[0].rules) {
    const [, value] = /^([^]+) > [\d.]+$/.exec(query) ?? assert.fail(query);
    assert.ok((await queryFor(value)).length > 0, `${name}: ${value}`);
  }
});

const targets = dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => ({ title: panel.title, expr })));
for (const { title, expr } of targets) {
  test(`The dashboard has data: ${title}: ${expr}`, async () => {
    const query = expr.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.+');
    assert.ok((await queryFor(query)).length > 0, query);
  });
}

test('The dashboard names its data source by a variable only', () => {
  assert.ok(dashboard.panels.length > 8);
  for (const panel of dashboard.panels) {
    assert.deepEqual(panel.datasource, { type: 'prometheus', uid: '${datasource}' });
  }
});

test('No label has a text of a client', async () => {
  const { data } = await ask(`/api/v1/series?match[]=${encodeURIComponent('{__name__=~"cognito_owin.+"}')}`);
  assert.ok(data.length > 20);
  assert.ok(!JSON.stringify(data).includes('invented'));
});

// Requests of every outcome, with both kinds of token, a revocation and keys that the pool does not have.
async function sendRequests() {
  const get = (url, token) => send(stack.url, { path: url, headers: token ? [bearer(token)] : [] });
  const { idToken, accessToken } = await stack.pools.signIn(stack.pools.own, users.alice);
  await get('/api/me', idToken);
  await get('/api/me', idToken);
  assert.equal((await get('/api/me', accessToken)).status, 200);
  assert.equal((await get('/api/me', tamper(idToken))).status, 401);
  await get('/api/me', 'invented');
  await get('/api/public');
  unavailableToken = withUnknownKey(accessToken);
  await get('/api/me', unavailableToken);
  await get('/api/me', unavailableToken);
  assert.equal((await send(stack.url, { method: 'DELETE', path: '/api/session/token', headers: [bearer(idToken)] })).status, 204);
  assert.equal((await get('/api/me', idToken)).status, 401);
}

async function startPrometheus(target) {
  const port = await freePort();
  const configuration = path.join(folder, 'prometheus.yml');
  writeFileSync(configuration, `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${JSON.stringify(rules)}]
scrape_configs:
  - job_name: notes
    static_configs: [{ targets: ["127.0.0.1:${target}"] }]
`);
  const child = start(
    'prometheus',
    ['prometheus', `--config.file=${configuration}`, `--storage.tsdb.path=${path.join(folder, `data${port}`)}`, `--web.listen-address=127.0.0.1:${port}`],
    { cwd: folder, log: path.join(folder, 'prometheus.log') });
  const url = `http://127.0.0.1:${port}`;

  // It accepts connections earlier, and answers them with 503.
  await waitUntil(async () => (await fetch(`${url}/-/ready`)).ok, { what: 'prometheus', seconds: 60, child });
  return { child, url };
}

async function ask(url) {
  const answer = await (await fetch(prometheus.url + url)).json();
  assert.equal(answer.status, 'success', JSON.stringify(answer));
  return answer;
}

const queryFor = async (query) => (await ask(`/api/v1/query?query=${encodeURIComponent(query)}`)).data.result;

/** Waits until the sample was scraped this many times from now. */
async function scraped(times) {
  const query = 'count_over_time(cognito_owin_token_cache_entries[10m])';
  const read = async () => Number((await queryFor(query))[0]?.value[1] ?? 0);
  const first = await read();
  await waitUntil(async () => (await read()) >= first + times, { what: 'Prometheus to scrape', seconds: 60, child: prometheus.child });
}
