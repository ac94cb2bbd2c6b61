// The lines for nginx of docs/deployment.md, in front of two processes of the sample.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { runNginx } from './application.mjs';
import { bearer, send, withUnknownKey } from './client.mjs';
import { codeBlock, edit } from './pages.mjs';
import { users } from './pool.mjs';
import { freePort } from './processes.mjs';
import { startStack } from './stack.mjs';

let stack, nginx, url, accessToken;

before(async () => {
  stack = await startStack({ processes: 2 });
  ({ accessToken } = await stack.pools.signIn(stack.pools.own, users.alice));
  const { folder, site, ports: [first, second] } = stack.application;
  const port = await freePort();
  const documented = edit(codeBlock('deployment.md', 'nginx', 'upstream notes').replaceAll('/srv/notes', site), [
    ['127.0.0.1:9001', `127.0.0.1:${first}`],
    ['127.0.0.1:9002', `127.0.0.1:${second}`],
    ['listen 443 ssl;', `listen 127.0.0.1:${port};`],
    ['    ssl_certificate     /etc/ssl/certs/notes.pem;\n', ''],
    ['    ssl_certificate_key /etc/ssl/private/notes.key;\n', ''],
  ]);
  nginx = await runNginx(path.join(folder, 'documented-nginx'), port, documented);
  url = `http://127.0.0.1:${port}`;
});

after(async () => {
  await nginx?.stop();
  await stack?.stop();
});

const getStatus = async (to, token) => (await send(url, { path: to, headers: token ? [bearer(token)] : [] })).status;

test('Requests reach the application, and its files stay hidden', async () => {
  assert.equal(await getStatus('/api/me', accessToken), 200);
  assert.equal(await getStatus('/api/public'), 200);
  assert.equal(await getStatus('/api/me'), 401);
  assert.equal((await send(url, { path: '/api/session', method: 'POST', json: {} })).status, 400);
  for (const hidden of ['/bin/Notes.dll', '/App_Data/notes.db', '/web.config', '/Global.asax', '/notes.user.config']) {
    assert.ok([403, 404].includes(await getStatus(hidden)), hidden);
  }
});

test('A 503 reaches the client, and takes no process out of use', async () => {
  const statuses = [];
  for (let i = 0; i < 10; i++) statuses.push(await getStatus('/api/me', withUnknownKey(accessToken)));

  assert.ok(statuses.includes(503), statuses.join());
  assert.equal(await getStatus('/api/me', accessToken), 200);
});

test('One process is killed: the other answers', async () => {
  stack.application.kill(0);

  for (let i = 0; i < 20; i++) assert.equal(await getStatus('/api/me', accessToken), 200);
});
