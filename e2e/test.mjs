// Tests the sample application on a real stack: System.Web under Mono behind nginx, with a user pool of cognito-local.
// Build the sample first: dotnet build samples/Notes -c Release

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startApplication } from './application.mjs';
import { bearer, send, tamper } from './client.mjs';
import { newcomer, startPools, stranger, users } from './pool.mjs';
import { sign, signWithPublicKey } from './sign.mjs';
import { settingsFor, startStack } from './stack.mjs';
import { runStep, story } from './story.mjs';

const { alice, bob } = users;

// One process, because the list of revocations is in its memory.
describe('the story', () => {
  const memory = {};
  let stack;
  before(async () => {
    stack = await startStack();
    memory.pools = stack.pools;
  });
  after(() => stack?.stop());

  for (const step of story) {
    it(`${step.name}: ${step.expected}`, async () => {
      (await runStep(step, stack.url, memory)).check();
    });
  }
});

describe('the application and its user pool', () => {
  let stack;
  // Two processes share one database, so that code that relies on a lock in memory fails here.
  before(async () => { stack = await startStack({ processes: 2 }); });
  after(() => stack?.stop());

  const get = (path, ...headers) => send(stack.url, { path, headers });
  const tokensOf = (user, pool = stack.pools.own) => stack.pools.signIn(pool, user);

  describe('bad input', () => {
    const malformed = {
      'Bearer alone': ['Bearer'],
      'Bearer and a space': ['Bearer '],
      'Bearer and many spaces': ['Bearer      '],
      'two words after Bearer': ['Bearer one two'],
      'two tokens in one line': ['Bearer one, Bearer two'],
      'another scheme before Bearer': ['Bearer one, Basic dXNlcjpwYXNz'],
    };
    for (const [name, lines] of Object.entries(malformed)) {
      it(`${name}: 401 invalid_request`, async () => {
        refused(await get('/api/me', ...lines.map((line) => ['Authorization', line])), 'invalid_request');
      });
    }

    it('the header sent twice: nginx or the application refuses it', async () => {
      const { idToken } = await tokensOf(alice);
      const answer = await get('/api/me', bearer(idToken), bearer(idToken));
      assert.ok(answer.status === 400 || answer.status === 401, `${answer.status} ${answer.text}`);
    });

    const anonymousHeaders = {
      'an empty header': '',
      'another scheme': 'Basic YWxpY2U6QWxpY2U=',
      'a scheme that starts with Bearer': 'BearerToken abc',
    };
    for (const [name, value] of Object.entries(anonymousHeaders)) {
      it(`${name}: 401 without an error`, async () => anonymous(await get('/api/me', ['Authorization', value])));
    }

    const nonsense = {
      'one word': 'nonsense',
      'two dots': '..',
      'three letters': 'a.b.c',
      'four parts': 'a.b.c.d',
      'an encrypted token': 'a.b.c.d.e',
      'a header that is not JSON': `${encode('no JSON')}.${encode('{}')}.c2ln`,
      'JSON that is not an object': `${encode('[]')}.${encode('[]')}.c2ln`,
      'JSON with a thousand levels': `${encode('{"a":'.repeat(1000) + '1' + '}'.repeat(1000))}.e30.c2ln`,
      'characters outside base64url': 'a+/=.b+/=.c+/=',
      'six thousand characters': 'x'.repeat(6000),
      'markup': '<script>alert(1)</script>',
      'a quote and a line of a header': 'a"b\\c',
    };
    for (const [name, token] of Object.entries(nonsense)) {
      it(`a token that is ${name}: 401, and the response does not contain it`, async () => {
        const answer = await get('/api/me', bearer(token));
        assert.equal(answer.status, 401);
        assert.match(answer.challenge, /^Bearer realm="[^"]+", error="invalid_(token|request)", error_description="[^"]+"/);
        assert.ok(token.length < 10 || !(answer.text + answer.challenge).includes(token), 'the response contains the token');
      });
    }

    it('bytes above ASCII: 401', async () => {
      assert.equal((await get('/api/me', ['Authorization', 'Bearer caf\u00e9'])).status, 401);
    });

    it('a header larger than nginx accepts: 400', async () => {
      assert.equal((await get('/api/me', bearer('x'.repeat(40_000)))).status, 400);
    });

    it('an invalid token for an open action: 200', async () => {
      assert.equal((await get('/api/public', bearer('nonsense'))).status, 200);
      assert.equal((await get('/api/public', ['Authorization', 'Bearer'])).status, 200);
    });

    it('a body that is not JSON or lacks a value: 400', async () => {
      const json = [['Content-Type', 'application/json']];
      const post = (path, body, ...headers) => send(stack.url, { method: 'POST', path, body, headers: [...json, ...headers] });
      const token = bearer((await tokensOf(alice)).idToken);
      for (const body of ['', 'null', '{', '[]', '{}', '{"username":"alice"}', '{"username":{},"password":[]}']) {
        assert.equal((await post('/api/session', body)).status, 400, `session ${body}`);
      }
      for (const body of ['', 'null', '{', '{}', '{"text":""}', '{"text":"   "}', JSON.stringify({ text: 'x'.repeat(1001) })]) {
        assert.equal((await post('/api/notes', body, token)).status, 400, `note ${body.slice(0, 20)}`);
      }
      assert.equal((await post('/api/notes', JSON.stringify({ text: 'x'.repeat(1000) }), token)).status, 201);
    });

    it('settings, database and assemblies cannot be downloaded', async () => {
      for (const path of ['/web.config', '/notes.user.config', '/Global.asax', '/bin/Notes.dll', '/BIN/Notes.dll',
        '/App_Data/notes.db', '/app_data/notes.db', '/api/../App_Data/notes.db', '/App_Data%2fnotes.db', '//App_Data/notes.db']) {
        const { status } = await get(path);
        assert.ok(status === 400 || status === 403 || status === 404, `${path}: ${status}`);
      }
    });

    it('an unknown address: 404 without a stack trace', async () => {
      const answer = await get('/no/such/page', bearer((await tokensOf(alice)).idToken));
      assert.equal(answer.status, 404);
      assertNoInternals(answer);
    });
  });

  describe('tokens that cognito-local never issues, signed with its key', () => {
    const now = Math.floor(Date.now() / 1000);
    const rows = {
      'expired five minutes ago': () => idToken({ exp: now - 300 }),
      'without an expiry': () => idToken({ exp: undefined }),
      'valid from tomorrow': () => idToken({ nbf: now + 86_400 }),
      'for another app client': () => idToken({ aud: 'another-client' }),
      'of another issuer': () => idToken({ iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE' }),
      'with an unknown use': () => idToken({ token_use: 'refresh' }),
      'with an unknown key': () => idToken({}, { kid: 'nobody' }),
      'without a signature': () => `${sign({ ...idClaims() }, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
      'signed with the public key as an HMAC secret': () => signWithPublicKey(idClaims()),
    };
    const idClaims = () => ({
      sub: '00000000-0000-4000-8000-000000000000',
      iss: stack.pools.own.issuer,
      aud: stack.pools.own.clientId,
      token_use: 'id',
      'cognito:username': 'forged',
      'cognito:groups': ['admins'],
      iat: now,
      exp: now + 3600,
    });
    const idToken = (claims, header) => sign({ ...idClaims(), ...claims }, header);

    it('the same claims without a change: 200', async () => {
      assert.equal((await get('/api/me', bearer(idToken({})))).status, 200);
    });
    for (const [name, token] of Object.entries(rows)) {
      it(`${name}: 401 invalid_token`, async () => refused(await get('/api/admin', bearer(token())), 'invalid_token'));
    }
  });

  it('a user created by an administrator must choose a new password: 409', async () => {
    const answer = await send(stack.url, {
      method: 'POST', path: '/api/session', json: { username: newcomer.username, password: newcomer.password },
    });
    assert.equal(answer.status, 409);
    assert.match(answer.json.message, /NEW_PASSWORD_REQUIRED/);
  });

  it('the newest hundred notes are listed, newest first', async () => {
    const token = bearer((await tokensOf(bob)).idToken);
    for (let i = 1; i <= 105; i++) {
      assert.equal((await send(stack.url, { method: 'POST', path: '/api/notes', headers: [token], json: { text: `${i}` } })).status, 201);
    }
    const { json } = await get('/api/notes', token);
    assert.deepEqual(json.map((note) => note.text), Array.from({ length: 100 }, (_, i) => `${105 - i}`));
  });

  it('200 concurrent first requests of a new user create one local user', async () => {
    const dave = { username: 'dave', password: 'Dave-and-Hal-9000', email: 'dave@example.com' };
    await stack.pools.createUser(stack.pools.own, dave);
    const tokens = await Promise.all(Array.from({ length: 50 }, () => tokensOf(dave)));
    const admin = bearer((await tokensOf(alice)).idToken);
    const before = (await get('/api/admin', admin)).json.users;

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => get('/api/me', bearer(tokens[i % tokens.length].idToken))));

    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    const ids = new Set(answers.map((answer) => answer.json.localUserId));
    assert.equal(ids.size, 1, `local users ${[...ids]}`);
    assert.equal((await get('/api/admin', admin)).json.users, before + 1);
  });

  it('2,000 requests at concurrency 8: no wrong answer', async (test) => {
    const [a, b, other] = [await tokensOf(alice), await tokensOf(bob), await tokensOf(stranger, stack.pools.other)];
    const ids = {};
    for (const [name, { idToken }] of Object.entries({ alice: a, bob: b })) {
      ids[name] = (await get('/api/me', bearer(idToken))).json.localUserId;
    }
    const me = (user, localUserId, tokenUse) => (answer) => {
      assert.equal(answer.status, 200);
      assert.deepEqual(
        [answer.json.username, answer.json.localUserId, answer.json.tokenUse], [user.username, localUserId, tokenUse]);
    };
    const status = (expected) => (answer) => assert.equal(answer.status, expected);
    const wrong = (error) => (answer) => refused(answer, error);
    const kinds = [
      ['/api/me', bearer(a.idToken), me(alice, ids.alice, 'id')],
      ['/api/me', bearer(b.idToken), me(bob, ids.bob, 'id')],
      ['/api/me', bearer(a.accessToken), me(alice, ids.alice, 'access')],
      ['/api/me', bearer(tamper(a.idToken)), wrong('invalid_token')],
      ['/api/me', bearer(other.idToken), wrong('invalid_token')],
      ['/api/me', ['Authorization', 'Bearer'], wrong('invalid_request')],
      ['/api/me', undefined, anonymous],
      ['/api/admin', bearer(a.idToken), status(200)],
      ['/api/admin', bearer(b.idToken), status(401)],
      ['/api/notes', bearer(b.idToken), status(200)],
      ['/api/notes', bearer(b.accessToken), status(200)],
      ['/api/public', bearer(tamper(b.idToken)), status(200)],
      ['/api/public', undefined, status(200)],
    ];

    const total = 2000;
    const wrongAnswers = [];
    let next = 0;
    const started = performance.now();
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (next < total) {
        // 5 and 13 have no common divisor, so every kind is sent equally often and in changing order.
        const [path, header, check] = kinds[(next++ * 5 + Math.floor(next / 13)) % kinds.length];
        const answer = await get(path, ...(header ? [header] : []));
        try {
          check(answer);
        } catch (error) {
          wrongAnswers.push(`${path} ${answer.status} ${answer.challenge ?? ''}: ${error.message}`);
        }
      }
    }));
    const seconds = (performance.now() - started) / 1000;
    test.diagnostic(`${total} requests in ${seconds.toFixed(1)} s (${Math.round(total / seconds)}/s)`);
    assert.deepEqual(wrongAnswers, []);
  });

  it('the logs contain no token and no password', () => {
    const log = stack.application.log();
    assert.doesNotMatch(log, /eyJ[\w-]+\.[\w-]+\./);
    assert.ok(!log.includes(alice.password));
  });
});

describe('a user pool that cannot be reached', () => {
  let pools, application, tokens;
  before(async () => {
    pools = await startPools();
    tokens = await pools.signIn(pools.own, alice);
    await pools.pause();
    application = await startApplication({ settings: settingsFor(pools) });
  });
  after(() => Promise.all([application?.stop(), pools?.stop()]));

  const get = (path, ...headers) => send(application.url, { path, headers });

  it('a token that cannot be validated: 503 with Retry-After', async () => {
    const answer = await get('/api/me', bearer(tokens.idToken));
    assert.equal(answer.status, 503);
    assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
    assertNoInternals(answer);
  });

  it('requests that need no keys get their usual answer', async () => {
    assert.equal((await get('/api/public')).status, 200);
    assert.equal((await get('/api/public', bearer(tokens.idToken))).status, 200);
    anonymous(await get('/api/me'));
    refused(await get('/api/me', bearer('nonsense')), 'invalid_token');
    refused(await get('/api/me', ['Authorization', 'Bearer']), 'invalid_request');
  });

  it('/health: 503, with the state of the pool', async () => {
    const answer = await get('/health');
    assert.equal(answer.status, 503);
    assert.equal(answer.json.isUsable, false);
    assert.equal(answer.json.pools[0].lastFetchSucceeded, false);
    assert.equal(answer.json.pools[0].keyCount, 0);
  });

  it('the log reports the failed fetch and contains no token', () => {
    assert.match(application.log(), /keys .*could not be fetched/);
    assert.doesNotMatch(application.log(), /eyJ[\w-]+\.[\w-]+\./);
  });

  it('sign-in: 503 and a message for the user', async () => {
    const answer = await send(application.url, {
      method: 'POST', path: '/api/session', json: { username: alice.username, password: alice.password },
    });
    assert.equal(answer.status, 503);
    assert.match(answer.json.message, /cannot be reached/);
  });

  it('the same token is accepted when the pool is back', async () => {
    await pools.resume();
    const end = Date.now() + 30_000;
    let answer;
    do {
      answer = await get('/api/me', bearer(tokens.idToken));
      assert.ok(answer.status === 200 || answer.status === 503, `${answer.status}`);
      await delay(250);
    } while (answer.status !== 200 && Date.now() < end);
    assert.equal(answer.status, 200);

    const health = await get('/health');
    assert.equal(health.status, 200);
    assert.equal(health.json.pools[0].isUsable, true);
    assert.equal(health.json.pools[0].lastFailure, null);
  });
});

describe('a wrong setting', () => {
  const settings = {
    'cognito:UserPoolId': 'no pool',
    'cognito:ClientId': '',
    'cognito:TokenUse': 'both',
    // A misspelt name.
    'cognito:RequiredGroup': 'admins',
  };
  let pools, application, tokens;
  before(async () => {
    pools = await startPools();
    tokens = await pools.signIn(pools.own, alice);
    application = await startApplication({ settings });
  });
  after(() => Promise.all([application?.stop(), pools?.stop()]));

  it('every request gets an error that does not show the reason', async () => {
    // Send several requests, because an application that failed to start must not start later without its protection.
    for (let i = 0; i < 5; i++) {
      for (const path of ['/api/me', '/api/admin', '/api/notes', '/api/public']) {
        for (const headers of [[], [bearer(tokens.idToken)]]) {
          const answer = await send(application.url, { path, headers });
          assert.ok(answer.status === 500 || answer.status === 503, `${path}: ${answer.status}`);
          assertNoInternals(answer);
          for (const value of Object.keys(settings)) {
            assert.ok(!answer.text.includes(value), `${value} in the answer`);
          }
        }
      }
    }
  });

  it('the log names every problem', () => {
    const log = application.log();
    for (const key of Object.keys(settings)) {
      assert.ok(log.includes(key), `${key} in the log:\n${log}`);
    }
  });
});

describe('web.config', () => {
  it('has every binding redirect that the build requires', () => {
    const redirects = (file) => [...readFileSync(new URL(`../samples/Notes/${file}`, import.meta.url), 'utf8')
      .matchAll(/assemblyIdentity name="([^"]+)" publicKeyToken="([^"]+)"[^>]*>\s*<bindingRedirect [^>]*newVersion="([^"]+)"/g)]
      .map((match) => match.slice(1).join(' '));
    const present = new Set(redirects('web.config'));
    const wanted = redirects('bin/Notes.dll.config');
    assert.ok(wanted.length > 5, `${wanted.length} redirects`);
    assert.deepEqual(wanted.filter((redirect) => !present.has(redirect)), []);
  });
});

describe('an app client that has a secret', () => {
  let pool, application, requests;
  before(async () => {
    requests = [];
    pool = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({ target: request.headers['x-amz-target'], body: JSON.parse(Buffer.concat(chunks)) });
        response.setHeader('Content-Type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify({
          AuthenticationResult: { IdToken: 'id', AccessToken: 'access', RefreshToken: 'refresh', ExpiresIn: 3600, TokenType: 'Bearer' },
          ChallengeParameters: {},
        }));
      });
    });
    await new Promise((resolve) => pool.listen(0, '127.0.0.1', resolve));
    application = await startApplication({
      settings: {
        'cognito:UserPoolId': 'eu-west-1_EXAMPLE',
        'cognito:ClientId': 'client, another',
        'signIn:ClientSecret': 'secret',
        'signIn:Endpoint': `http://127.0.0.1:${pool.address().port}/`,
      },
    });
  });
  after(async () => {
    await application?.stop();
    pool?.closeAllConnections();
    pool?.close();
  });

  it('sign-in sends the secret hash', async () => {
    const answer = await send(application.url, {
      method: 'POST', path: '/api/session', json: { username: 'älice', password: 'pa"ss' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.deepEqual(answer.json, { idToken: 'id', accessToken: 'access', refreshToken: 'refresh', expiresIn: 3600 });
    assert.deepEqual(requests, [{
      target: 'AWSCognitoIdentityProviderService.InitiateAuth',
      body: {
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: 'client',
        AuthParameters: {
          USERNAME: 'älice',
          PASSWORD: 'pa"ss',
          SECRET_HASH: createHmac('sha256', 'secret').update('älice' + 'client').digest('base64'),
        },
      },
    }]);
  });
});

function refused(answer, error) {
  assert.equal(answer.status, 401);
  assert.match(answer.challenge ?? '', new RegExp(`^Bearer realm="[^"]+", error="${error}", error_description="[^"]+"`));
}

function anonymous(answer) {
  assert.equal(answer.status, 401);
  assert.match(answer.challenge ?? '', /^Bearer realm="[^"]+"$/);
}

function assertNoInternals(answer) {
  // Mono's error page contains "Application Exception". It must not contain the name of an exception, a stack or a path.
  assert.doesNotMatch(answer.text, /\w+Exception\b|StackTrace|\bat [\w.]+ ?\(|\/tmp\//);
}

function encode(text) {
  return Buffer.from(text).toString('base64url');
}
