// The story that ./demo.sh plays and test.mjs asserts. Each step is one request with the expected answer.
//   node story.mjs          plays the story and keeps the application running until Ctrl+C
//   node story.mjs --once   plays the story and ends; the exit status is 0 only if every answer was as expected
//   node story.mjs --farm   plays the story of two servers that share their revocations through Redis

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bearer, pastSecond, send, tamper } from './client.mjs';
import { stranger, users } from './pool.mjs';
import { waitUntil } from './processes.mjs';
import { startStack } from './stack.mjs';

const { alice, bob } = users;

/**
 * Each step has a name, the expected answer in words, the request and a check of the answer. The steps share `memory`:
 * { pools, alice, bob, localUserId, bobsLocalUserId }.
 */
export const story = [
  {
    name: 'Anyone reads /api/public',
    expected: '200',
    request: () => get('/api/public'),
    check: ok,
  },
  {
    name: 'A request to /api/me without a token',
    expected: '401, and a challenge without an error, because the request had no token',
    request: () => get('/api/me'),
    check: anonymous,
  },
  {
    name: 'Alice mistypes her password',
    expected: '401 and a message for the user',
    request: () => signIn({ ...alice, password: 'mistyped' }),
    check(answer) {
      assert.equal(answer.status, 401);
      assert.match(answer.json.message, /wrong/);
    },
  },
  {
    name: 'Alice signs in at the user pool',
    expected: '200 with an ID token, an access token and a refresh token',
    request: () => signIn(alice),
    check(answer, memory) {
      memory.alice = tokens(answer);
    },
  },
  {
    name: 'Alice sends her ID token to /api/me',
    expected: '200, and the application has created a local user',
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check(answer, memory) {
      ok(answer);
      assert.equal(answer.json.username, alice.username);
      assert.equal(answer.json.email, alice.email);
      assert.equal(answer.json.tokenUse, 'id');
      assert.deepEqual(answer.json.groups, ['admins']);
      assert.equal(answer.json.provisioned, true);
      assert.ok(answer.json.localUserId > 0, 'a local user id');
      memory.localUserId = answer.json.localUserId;
    },
  },
  {
    name: 'She sends the same token again',
    expected: '200 with the same local user',
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check(answer, memory) {
      ok(answer);
      assert.equal(answer.json.localUserId, memory.localUserId);
    },
  },
  {
    name: 'She sends her access token to /api/me',
    expected: '200 with the same local user, which keeps the e-mail address that the access token does not have',
    request: (memory) => get('/api/me', bearer(memory.alice.accessToken)),
    check(answer, memory) {
      ok(answer);
      assert.equal(answer.json.username, alice.username);
      assert.equal(answer.json.tokenUse, 'access');
      assert.equal(answer.json.email, null);
      assert.equal(answer.json.localUserId, memory.localUserId);
      assert.equal(answer.json.localEmail, alice.email);
    },
  },
  {
    name: 'Alice writes a note',
    expected: '201',
    request: (memory) => post('/api/notes', { text: 'Down the rabbit-hole' }, bearer(memory.alice.idToken)),
    check(answer) {
      assert.equal(answer.status, 201);
      assert.equal(answer.json.text, 'Down the rabbit-hole');
    },
  },
  {
    name: 'She reads her notes',
    expected: '200 with her note',
    request: (memory) => get('/api/notes', bearer(memory.alice.idToken)),
    check(answer) {
      ok(answer);
      assert.equal(answer.json[0].text, 'Down the rabbit-hole');
    },
  },
  {
    name: 'She reads her notes with the access token',
    expected: '200 with the same note',
    request: (memory) => get('/api/notes', bearer(memory.alice.accessToken)),
    check(answer) {
      ok(answer);
      assert.equal(answer.json[0].text, 'Down the rabbit-hole');
    },
  },
  {
    name: 'A token with one character of its signature changed',
    expected: '401 invalid_token',
    request: (memory) => get('/api/me', bearer(tamper(memory.alice.idToken))),
    check: refused('invalid_token'),
  },
  {
    name: 'A genuine token of another user pool',
    expected: '401 invalid_token',
    request: async ({ pools }) => get('/api/me', bearer((await pools.signIn(pools.other, stranger)).idToken)),
    check: refused('invalid_token'),
  },
  {
    name: 'Bob signs in',
    expected: '200',
    request: () => signIn(bob),
    check(answer, memory) {
      memory.bob = tokens(answer);
    },
  },
  {
    name: 'Bob sends his ID token to /api/me',
    expected: '200 with another local user',
    request: (memory) => get('/api/me', bearer(memory.bob.idToken)),
    check(answer, memory) {
      ok(answer);
      assert.equal(answer.json.username, bob.username);
      assert.equal(answer.json.provisioned, true);
      assert.notEqual(answer.json.localUserId, memory.localUserId);
      memory.bobsLocalUserId = answer.json.localUserId;
    },
  },
  {
    name: 'Bob reads his notes',
    expected: '200 with an empty list, because the note belongs to Alice',
    request: (memory) => get('/api/notes', bearer(memory.bob.idToken)),
    check(answer) {
      ok(answer);
      assert.deepEqual(answer.json, []);
    },
  },
  {
    name: 'Bob, who is not in the group "admins", reads /api/admin',
    expected: '401 or 403',
    request: (memory) => get('/api/admin', bearer(memory.bob.idToken)),
    check(answer) {
      // Web API's AuthorizeAttribute answers 401, not 403, to a user without the role.
      assert.ok(answer.status === 401 || answer.status === 403, `401 or 403, not ${answer.status}`);
    },
  },
  {
    name: 'Alice, who is in the group "admins", reads /api/admin',
    expected: '200',
    request: (memory) => get('/api/admin', bearer(memory.alice.idToken)),
    check(answer) {
      ok(answer);
      assert.deepEqual(answer.json, { users: 2, notes: 1 });
    },
  },
  {
    name: 'Alice reads /api/reports, but her access token does not have the scope "reports/read"',
    expected: '403 insufficient_scope, and the missing scope',
    request: (memory) => get('/api/reports', bearer(memory.alice.accessToken)),
    check(answer) {
      assert.equal(answer.status, 403);
      assert.match(answer.challenge ?? '', /^Bearer realm="[^"]+", error="insufficient_scope", error_description="[^"]+", scope="reports\/read"$/);
    },
  },
  {
    name: 'Alice gets new tokens with her refresh token, without her password',
    expected: '200 with a new ID token and a new access token',
    request: (memory) => post('/api/session/refresh', { refreshToken: memory.alice.refreshToken }),
    check(answer, memory) {
      ok(answer);
      assert.notEqual(answer.json.idToken, memory.alice.idToken);
      memory.alice = { ...memory.alice, idToken: answer.json.idToken, accessToken: answer.json.accessToken };
    },
  },
  {
    name: 'Alice closes Bob\'s account',
    expected: '204',
    request: (memory) => put(`/api/admin/users/${memory.bobsLocalUserId}/disabled`, true, bearer(memory.alice.idToken)),
    check(answer) {
      assert.equal(answer.status, 204);
    },
  },
  {
    name: 'Bob sends the ID token that he has had all the time, and that is valid for another hour',
    expected: '401 invalid_token, because his account was closed: his tokens are revoked',
    request: (memory) => get('/api/me', bearer(memory.bob.idToken)),
    check: revoked,
  },
  {
    name: 'Bob signs in again; his new token is valid, but the handler rejects him',
    expected: '401 invalid_token with the application\'s reason',
    async request({ pools }) {
      await pastSecond();
      return get('/api/me', bearer((await pools.signIn(pools.own, bob)).idToken));
    },
    check(answer) {
      refused('invalid_token')(answer);
      assert.match(answer.challenge, /"This account is closed\."/);
    },
  },
  {
    name: 'Alice opens Bob\'s account again',
    expected: '204',
    request: (memory) => put(`/api/admin/users/${memory.bobsLocalUserId}/disabled`, false, bearer(memory.alice.idToken)),
    check(answer) {
      assert.equal(answer.status, 204);
    },
  },
  {
    name: 'A header with the scheme Bearer and no token',
    expected: '401 invalid_request',
    request: () => get('/api/me', ['Authorization', 'Bearer']),
    check: refused('invalid_request'),
  },
  {
    name: 'Two tokens in one header',
    expected: '401 invalid_request',
    request: (memory) => get('/api/me', bearer(`${memory.alice.idToken}, Bearer ${memory.bob.idToken}`)),
    check: refused('invalid_request'),
  },
  {
    name: 'A token that contains a space',
    expected: '401 invalid_request',
    request: () => get('/api/me', bearer('not a token')),
    check: refused('invalid_request'),
  },
  {
    name: 'A word that is not a token',
    expected: '401 invalid_token',
    request: () => get('/api/me', bearer('nonsense')),
    check: refused('invalid_token'),
  },
  {
    name: 'An invalid token for /api/public, which accepts everyone',
    expected: '200',
    request: (memory) => get('/api/public', bearer(tamper(memory.alice.idToken))),
    check: ok,
  },
  {
    name: 'The pool is switched to its other issuer: alice is still the same local user',
    told: '200 with a token of the other issuer, and the local user id of before',
    async request(memory) {
      await memory.pools.switchIssuer();
      const { idToken } = await memory.pools.signIn(memory.pools.own, alice);
      assert.equal(JSON.parse(Buffer.from(idToken.split('.')[1], 'base64url')).iss, memory.pools.own.otherIssuer);
      return get('/api/me', bearer(idToken));
    },
    check(answer, memory) {
      ok(answer);
      assert.equal(answer.json.localUserId, memory.localUserId);
    },
  },
  {
    name: 'Her token of the issuer before is still good',
    told: '200, and the same local user',
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check(answer, memory) {
      ok(answer);
      assert.equal(answer.json.localUserId, memory.localUserId);
    },
  },
  {
    name: 'Alice signs out; she sends her ID token, and her refresh token for the user pool',
    expected: '204',
    request: (memory) => ({
      method: 'DELETE', path: '/api/session', headers: [bearer(memory.alice.idToken)], json: { refreshToken: memory.alice.refreshToken },
    }),
    check(answer) {
      assert.equal(answer.status, 204);
    },
  },
  {
    name: 'Her ID token is valid for another hour, and she sends it again',
    expected: '401 invalid_token, because the application has revoked it',
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check: revoked,
  },
  {
    name: 'Her access token is revoked too',
    expected: '204; Cognito\'s own tokens name their sign-in, and one call revokes both',
    request: (memory) => ({ method: 'DELETE', path: '/api/session/token', headers: [bearer(memory.alice.accessToken)] }),
    check(answer) {
      assert.equal(answer.status, 204);
    },
  },
  {
    name: 'She sends the access token again',
    expected: '401 invalid_token',
    request: (memory) => get('/api/me', bearer(memory.alice.accessToken)),
    check: revoked,
  },
  {
    name: 'She uses her revoked refresh token',
    expected: '401',
    request: (memory) => post('/api/session/refresh', { refreshToken: memory.alice.refreshToken }),
    check(answer) {
      assert.equal(answer.status, 401);
    },
  },
];

/** Two servers that share their revocations through Redis. `server` says which of them gets the request, and `within` how long it may take. */
export const farmStory = [
  {
    name: 'Alice signs in',
    expected: '200 with her tokens',
    request: () => signIn(alice),
    check(answer, memory) {
      memory.alice = tokens(answer);
    },
  },
  ...[1, 2].map((server) => ({
    name: `She sends her ID token to server ${server}`,
    expected: '200',
    server,
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check: ok,
  })),
  {
    name: 'She signs out at server 1',
    expected: '204',
    server: 1,
    request: (memory) => ({
      method: 'DELETE', path: '/api/session', headers: [bearer(memory.alice.idToken)], json: { refreshToken: memory.alice.refreshToken },
    }),
    check(answer) {
      assert.equal(answer.status, 204);
    },
  },
  {
    name: 'Her ID token is valid for another hour, and she sends it to server 1',
    expected: '401 invalid_token at once',
    server: 1,
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check: revoked,
  },
  {
    name: 'She sends it to server 2',
    expected: '401 invalid_token within a second',
    server: 2,
    within: 1000,
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check: revoked,
  },
  {
    name: 'Redis is killed, and Bob signs in and sends his ID token to server 2',
    expected: '200: the servers go on with what they know',
    server: 2,
    async request(memory) {
      await memory.redis.kill();
      memory.bob = await memory.pools.signIn(memory.pools.own, bob);
      return get('/api/me', bearer(memory.bob.idToken));
    },
    check: ok,
  },
  {
    name: 'Server 2 is killed and starts again, and Bob sends his ID token',
    expected: '503 with Retry-After: it does not know the revocations yet',
    server: 2,
    async request(memory) {
      await memory.application.restart(1);
      return get('/api/me', bearer(memory.bob.idToken));
    },
    check(answer) {
      assert.equal(answer.status, 503);
      assert.match(answer.headers['retry-after'], /^\d+$/);
    },
  },
  {
    name: 'Redis starts again with its data, and Bob sends his ID token',
    expected: '200 within half a minute: server 2 first gives the other one time to write what Redis may have lost',
    server: 2,
    within: 60_000,
    async prepare(memory) {
      await memory.redis.restart({ withData: true });
    },
    request: (memory) => get('/api/me', bearer(memory.bob.idToken)),
    check: ok,
  },
  {
    name: 'Alice sends her ID token to server 2, which was restarted',
    expected: '401 invalid_token: it has forgotten nothing',
    server: 2,
    request: (memory) => get('/api/me', bearer(memory.alice.idToken)),
    check: revoked,
  },
];

export async function runStep(step, url, memory) {
  await step.prepare?.(memory);
  const request = await step.request(memory);
  const target = step.server ? memory.application.servers[step.server - 1] : url;
  const started = performance.now();
  for (;;) {
    const answer = await send(target, request);
    const check = () => step.check(answer, memory);
    const milliseconds = performance.now() - started;
    if (milliseconds >= (step.within ?? 0) || passes(check)) {
      return { request, answer, check, milliseconds };
    }
    await delay(20);
  }
}

function passes(check) {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function get(path, ...headers) {
  return { method: 'GET', path, headers };
}

function post(path, json, ...headers) {
  return { method: 'POST', path, headers, json };
}

function put(path, json, ...headers) {
  return { method: 'PUT', path, headers, json };
}

function signIn({ username, password }) {
  return post('/api/session', { username, password });
}

function ok(answer) {
  assert.equal(answer.status, 200);
}

function anonymous(answer) {
  assert.equal(answer.status, 401);
  assert.match(answer.challenge ?? '', /^Bearer realm="[^"]+"$/);
}

function refused(error) {
  return (answer) => {
    assert.equal(answer.status, 401);
    assert.match(answer.challenge ?? '', new RegExp(`^Bearer realm="[^"]+", error="${error}", error_description="[^"]+"`));
  };
}

function revoked(answer) {
  refused('invalid_token')(answer);
  assert.match(answer.challenge, /"The token was revoked\."/);
}

function tokens(answer) {
  ok(answer);
  for (const token of ['idToken', 'accessToken', 'refreshToken']) {
    assert.equal(typeof answer.json[token], 'string', token);
  }
  return answer.json;
}

async function play(steps, { url, ...memory }) {
  let wrong = 0;
  for (const [index, step] of steps.entries()) {
    const { request, answer, check, milliseconds } = await runStep(step, url, memory);
    console.log(`\n${index + 1}. ${step.name}`);
    console.log(`   > ${request.method} ${request.path}`);
    for (const [name, value] of request.headers) {
      console.log(`   > ${name}: ${shorten(value)}`);
    }
    if (request.json !== undefined) {
      console.log(`   > ${shorten(JSON.stringify(request.json))}`);
    }
    console.log(`   < ${answer.status} ${answer.reason}`);
    for (const name of ['WWW-Authenticate', 'Retry-After']) {
      if (answer.headers[name.toLowerCase()]) {
        console.log(`   < ${name}: ${answer.headers[name.toLowerCase()]}`);
      }
    }
    console.log(`   < ${shorten(answer.text)}`);
    try {
      check();
      console.log(`   as expected: ${step.expected}${step.within ? ` (after ${milliseconds.toFixed(0)} ms)` : ''}`);
    } catch (error) {
      wrong++;
      console.log(`   NOT AS EXPECTED: ${step.expected}\n   ${error.message.replaceAll('\n', '\n   ')}`);
    }
  }
  console.log(wrong === 0
    ? `\nAll ${steps.length} answers were as expected.`
    : `\n${wrong} of ${steps.length} answers were NOT as expected.`);
  return wrong;
}

function shorten(text) {
  return text.replace(
    /[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g,
    (token) => `${token.slice(0, 8)}…${token.slice(-8)}`);
}

function instructions({ url, pools }) {
  const json = "-H 'Content-Type: application/json'";
  const quote = (user) => `'${JSON.stringify({ username: user.username, password: user.password })}'`;
  return `
The application is running. Its user pool is at ${pools.own.issuer}.
Open its page in a browser on this machine:

  ${url}/

  sign in as ${alice.username}, password ${alice.password}
          or ${bob.username}, password ${bob.password}

Or call it from another terminal:

  curl -i ${url}/api/public
  curl -i ${url}/api/me

  TOKEN=$(curl -s ${url}/api/session ${json} -d ${quote(alice)} | sed 's/.*"idToken":"\\([^"]*\\)".*/\\1/')
  curl -i ${url}/api/me -H "Authorization: Bearer $TOKEN"
  curl -i ${url}/api/notes -H "Authorization: Bearer $TOKEN" ${json} -d '{"text":"Hello"}'
  curl -i ${url}/api/notes -H "Authorization: Bearer $TOKEN"
  curl -i ${url}/api/admin -H "Authorization: Bearer $TOKEN"
  curl -i ${url}/api/me -H "Authorization: Bearer \${TOKEN%????????}AAAAAAAA"

docs/errors.md explains each 401.
Press Ctrl+C to end.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isFarm = process.argv.includes('--farm');
  console.log(isFarm
    ? 'Starting cognito-local, Redis, two servers of the application and nginx ...'
    : 'Starting cognito-local, the application and nginx ...');
  const stack = await startStack(isFarm ? { processes: 2, withRedis: true } : {});
  if (isFarm) {
    // Redis has just been created, so the servers wait some seconds for others that may know revocations.
    await waitUntil(
      async () => (await Promise.all(stack.application.servers.map((server) => send(server, { path: '/health' })))).every(({ status }) => status === 200),
      { what: 'the servers', seconds: 60 });
  }
  const wrong = await play(isFarm ? farmStory : story, stack);
  if (wrong > 0) {
    console.log(`\nThe logs of the server:\n${stack.application.log()}`);
  }
  if (process.argv.includes('--once')) {
    await stack.stop();
    process.exit(wrong === 0 ? 0 : 1);
  }
  console.log(instructions(stack));
  setInterval(() => {}, 1 << 30);
}
