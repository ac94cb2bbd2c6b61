// Provisioning with four independent processes, one MariaDB, and access tokens whose profile the library reads from the user pool.
// Build the sample first: dotnet build samples/Notes -c Release

import assert from 'node:assert/strict';
import { createPrivateKey, createSign } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { startApplication } from './application.mjs';
import { bearer, pastSecond, send } from './client.mjs';
import { startDatabase } from './database.mjs';
import { startPools, users } from './pool.mjs';
import { settingsFor } from './stack.mjs';

const { alice, bob } = users;

describe('four processes with one MariaDB', () => {
  let pools, database, application;
  before(async () => {
    [pools, database] = await Promise.all([startPools(), startDatabase()]);
    application = await startApplication({
      processes: 4,
      database: database.connection,
      settings: { ...settingsFor(pools), 'cognito:UserInfo': 'getUser', 'cognito:Endpoint': `${pools.endpoint}/` },
    });
  });
  after(async () => {
    await application?.stop();
    await Promise.all([pools?.stop(), database?.stop()]);
  });

  const get = (path, token) => send(application.url, { path, headers: [bearer(token)] });
  const setDisabled = (id, value, token) => send(application.url, {
    method: 'PUT', path: `/api/admin/users/${id}/disabled`, headers: [bearer(token)], json: value,
  });

  it('400 concurrent first requests of 20 new users: 200 for every request, 20 rows', async (test) => {
    const names = Array.from({ length: 20 }, (_, i) => `newcomer${i}`);
    const tokens = [];
    for (const username of names) {
      const user = { username, password: `Password-of-${username}`, email: `${username}@example.com` };
      await pools.createUser(pools.own, user);
      // Half of a user's requests have one token and half have another, because a handler that runs once per token may still create
      // a user twice.
      const [first, second] = [await pools.signIn(pools.own, user), await pools.signIn(pools.own, user)];
      for (let i = 0; i < 10; i++) {
        tokens.push({ username, token: first.idToken }, { username, token: second.idToken });
      }
    }
    // Spread the requests of each user over the whole time, and so over all processes.
    const mixed = tokens.map((_, i) => tokens[(i * 21) % tokens.length]);

    const started = performance.now();
    const answers = await Promise.all(mixed.map(async ({ username, token }) => ({ username, ...await get('/api/me', token) })));
    test.diagnostic(`${answers.length} requests in ${((performance.now() - started) / 1000).toFixed(1)} s`);

    const statuses = answers.map((answer) => answer.status);
    assert.equal(statuses.filter((status) => status === 200).length, 400, `${[...new Set(statuses)]}\n${application.log().slice(-3000)}`);
    const rows = database.query("SELECT username, email, id FROM users WHERE username LIKE 'newcomer%' ORDER BY id");
    assert.equal(rows.length, 20);
    const ids = new Map(rows.map(([username, , id]) => [username, Number(id)]));
    for (const answer of answers) {
      assert.equal(answer.json.username, answer.username);
      assert.equal(answer.json.localUserId, ids.get(answer.username));
    }
    assert.deepEqual(new Set(rows.map(([, email]) => email)), new Set(names.map((name) => `${name}@example.com`)));
  });

  it('an access token creates the local user with the e-mail address of the pool', async () => {
    const { accessToken } = await pools.signIn(pools.own, bob);
    const answer = await get('/api/me', accessToken);
    assert.equal(answer.status, 200);
    assert.equal(answer.json.tokenUse, 'access');
    assert.equal(answer.json.email, null, 'The token itself has no e-mail address.');
    assert.equal(answer.json.provisioned, true);
    assert.deepEqual(database.query("SELECT email FROM users WHERE username = 'bob'"), [[bob.email]]);
  });

  it('the access token and the ID token of a user have the same local user', async () => {
    const { accessToken, idToken } = await pools.signIn(pools.own, alice);
    const [one, other] = [await get('/api/me', accessToken), await get('/api/me', idToken)];
    assert.ok(one.json.localUserId > 0);
    assert.equal(one.json.localUserId, other.json.localUserId);
  });

  it('the access token of a user who was deleted from the pool: 401', async () => {
    const user = { username: 'gone', password: 'Gone-with-the-Wind-5', email: 'gone@example.com' };
    await pools.createUser(pools.own, user);
    const { accessToken } = await pools.signIn(pools.own, user);
    await pools.call('AdminDeleteUser', { UserPoolId: pools.own.userPoolId, Username: user.username });
    const answer = await get('/api/me', accessToken);
    assert.equal(answer.status, 401);
    assert.match(answer.challenge, /error="invalid_token", error_description="The token was revoked, or its user is not active\."/);
    assert.deepEqual(database.query("SELECT id FROM users WHERE username = 'gone'"), []);
  });

  it('a user can write and read notes', async () => {
    const { idToken } = await pools.signIn(pools.own, bob);
    const note = await send(application.url, { method: 'POST', path: '/api/notes', headers: [bearer(idToken)], json: { text: 'Füße 🐛' } });
    assert.equal(note.status, 201);
    assert.equal(note.json.text, 'Füße 🐛');
    assert.deepEqual((await get('/api/notes', idToken)).json, [note.json]);
  });

  it('every process rejects a closed account and accepts the same token when it is open again', async () => {
    const admin = (await pools.signIn(pools.own, alice)).idToken;
    const { localUserId } = (await get('/api/me', (await pools.signIn(pools.own, bob)).idToken)).json;
    assert.equal((await setDisabled(localUserId, true, admin)).status, 204);

    // One process has revoked Bob's earlier sign-ins, to the second.
    await pastSecond();
    const { idToken } = await pools.signIn(pools.own, bob);
    for (let i = 0; i < 8; i++) {
      const answer = await get('/api/me', idToken);
      assert.equal(answer.status, 401);
      assert.match(answer.challenge, /error="invalid_token", error_description="This account is closed\."/);
    }

    assert.equal((await setDisabled(localUserId, false, admin)).status, 204);
    for (let i = 0; i < 8; i++) {
      assert.equal((await get('/api/me', idToken)).status, 200);
    }
    assert.equal((await setDisabled(999_999, true, admin)).status, 404);
    assert.equal((await setDisabled(localUserId, 'perhaps', admin)).status, 400);
  });

  it('reports: 200 with the scope, 403 without the scope, 401 without a token', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = (scope) => sign({
      sub: pools.own.clientId, iss: pools.own.issuer, client_id: pools.own.clientId, token_use: 'access', scope, iat: now, exp: now + 600,
    });
    assert.equal((await get('/api/reports', token('openid reports/read'))).status, 200);
    const without = await get('/api/reports', token('openid'));
    assert.equal(without.status, 403);
    assert.match(without.challenge, /error="insufficient_scope", error_description="The token lacks a required scope\.", scope="reports\/read"$/);
    assert.equal((await get('/api/reports', (await pools.signIn(pools.own, alice)).idToken)).status, 403);
    assert.equal((await send(application.url, { path: '/api/reports' })).status, 401);
  });

  it('user pool cannot be reached: 503 for a new access token, 200 for an ID token', async () => {
    const known = await pools.signIn(pools.own, alice);
    const { accessToken, idToken } = await pools.signIn(pools.own, bob);
    assert.equal((await get('/api/me', known.idToken)).status, 200);
    await pools.pause();
    try {
      const answer = await get('/api/me', accessToken);
      assert.equal(answer.status, 503);
      assert.match(answer.headers['retry-after'], /^\d+$/);
      assert.equal((await get('/api/me', idToken)).status, 200);
    } finally {
      await pools.resume();
    }
    assert.equal((await get('/api/me', accessToken)).status, 200);
  });

  it('the logs contain no token and no password', () => {
    assert.doesNotMatch(application.log(), /eyJ[\w-]+\.[\w-]+\./);
    assert.ok(!application.log().includes('only-on-loopback'));
  });
});

// cognito-local has one signing key, which is a file of its package.
function sign(claims) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { pem } = createRequire(import.meta.url)('cognito-local/lib/keys/cognitoLocal.private.json');
  const content = `${encode({ alg: 'RS256', kid: 'CognitoLocal' })}.${encode(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(createPrivateKey(pem), 'base64url')}`;
}
