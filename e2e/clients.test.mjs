// Runs two examples of docs/clients.md in a real browser. The one with amazon-cognito-identity-js signs in at cognito-local, and calls the
// sample. The one with managed login meets two endpoints of this file, because cognito-local has none; they check what Cognito checks.
// Build the sample first: dotnet build samples/Notes -c Release

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, beforeEach, describe, it } from 'node:test';
import { missing, startBrowser } from './browser.mjs';
import { codeBlock, codeBlocks, edit } from './pages.mjs';
import { newcomer, users } from './pool.mjs';
import { startStack } from './stack.mjs';

const { alice } = users;
const library = readFileSync(createRequire(import.meta.url).resolve('amazon-cognito-identity-js/dist/amazon-cognito-identity.min.js'), 'utf8');

// An application without a bundler: the browser gets the library as one script, and its name from an import map.
const html = `<!doctype html>
<script src="/library.js"></script>
<script type="importmap">{ "imports": { "amazon-cognito-identity-js": "/names.js" } }</script>
<script type="module">import * as client from '/client.js'; window.client = client;</script>`;
const names = 'export const { AuthenticationDetails, CognitoUser, CognitoUserPool } = window.AmazonCognitoIdentity;';

describe('the examples of docs/clients.md', () => {
  it('are JavaScript', () => {
    const blocks = codeBlocks('clients.md', 'js');

    assert.equal(blocks.length, 3);
    for (const input of blocks) {
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--check'], { input, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    }
  });
});

describe('the example with amazon-cognito-identity-js', { skip: missing }, () => {
  let stack, browser, server, tab;

  before(async () => {
    [stack, browser] = await Promise.all([startStack(), startBrowser()]);
    server = await serve({ '/': html, '/library.js': library, '/names.js': names, '/client.js': configure(stack.pools) }, stack.url);
  });

  after(async () => {
    server?.closeAllConnections();
    server?.close();
    await Promise.all([browser?.close(), stack?.stop()]);
  });

  beforeEach(async () => {
    await tab?.context().close();
    tab = await (await browser.newContext()).newPage();
    await open();
  });

  async function open() {
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    await tab.waitForFunction(() => window.client);
  }

  const signIn = ({ username, password }) => tab.evaluate(
    ([name, word]) => window.client.signIn(name, word).then(() => 'signed in', (error) => error.code ?? error.message), [username, password]);
  const callApi = (path) => tab.evaluate((to) => window.client.callApi(to).catch((error) => error.message), path);

  it('signs in, and calls the API with the access token', async () => {
    assert.equal(await signIn(alice), 'signed in');

    const me = await callApi('/api/me');

    assert.equal(me.username, 'alice');
    assert.equal(me.tokenUse, 'access');
    assert.deepEqual(me.groups, ['admins']);
  });

  it('is still signed in after a reload', async () => {
    await signIn(alice);
    await open();

    assert.equal((await callApi('/api/me')).username, 'alice');
  });

  it('shows why the API refuses a token', async () => {
    await signIn(alice);

    // An access token of this emulator has no scope reports/read.
    assert.match(await callApi('/api/reports'), /^403 Bearer .*error="insufficient_scope"/);
  });

  it('calls the API and forgets its tokens at the sign-out', async () => {
    await signIn(alice);

    // The library revokes no refresh token here: tokens of the emulator have no origin_jti.
    await Promise.all([
      tab.waitForRequest((request) => request.method() === 'DELETE' && request.url().endsWith('/api/session')),
      tab.evaluate(() => window.client.signOut()),
    ]);

    assert.equal(await callApi('/api/me'), 'Sign in first.');
    assert.equal(await tab.evaluate(() => JSON.stringify(sessionStorage).includes('eyJ')), false);
  });

  it('tells a wrong password, a new user, and a user who is not signed in', async () => {
    // cognito-local has another name for what Cognito calls NotAuthorizedException.
    assert.equal(await signIn({ ...alice, password: 'wrong' }), 'InvalidPasswordException');
    assert.equal(await signIn(newcomer), 'Choose a new password first.');
    assert.equal(await callApi('/api/me'), 'Sign in first.');
  });
});

describe('the example with managed login', { skip: missing }, () => {
  let browser, server, origin, tab, challenge, refusal, lifetime, refreshes, ended;

  before(async () => {
    browser = await startBrowser();
    const files = { '/': codeBlock('clients.md', 'html', 'sign-in.js') };
    server = await serve(files, undefined, {
      '/oauth2/authorize': authorize, '/oauth2/token': exchange, '/oauth2/revoke': revoke, '/logout': logOut,
      '/api/me': answerMe, '/api/session': endSession,
    });
    origin = `http://127.0.0.1:${server.address().port}`;
    files['/sign-in.js'] = edit(codeBlock('clients.md', 'js', 'code_challenge'), [
      ["'https://example.auth.eu-west-1.amazoncognito.com'", `'${origin}'`],
      ["'https://www.example.com/'", `'${origin}/'`],
      ["'https://api.example.com'", `'${origin}'`],
    ]);
  });

  after(async () => {
    server?.closeAllConnections();
    server?.close();
    await browser?.close();
  });

  beforeEach(async () => {
    refusal = undefined;
    lifetime = 3600;
    refreshes = 0;
    ended = [];
    await tab?.context().close();
    tab = await (await browser.newContext()).newPage();
    await tab.goto(`${origin}/`);
  });

  function authorize(request, response) {
    const sent = Object.fromEntries(new URL(request.url, origin).searchParams);
    const { state } = sent;
    ({ code_challenge: challenge } = sent);
    assert.deepEqual(sent, {
      response_type: 'code', client_id: '1example23456789', redirect_uri: `${origin}/`, scope: 'openid email', state,
      code_challenge_method: 'S256', code_challenge: challenge,
    });
    response.writeHead(302, { Location: `${origin}/?${new URLSearchParams({ ...(refusal ?? { code: 'a code' }), state })}` }).end();
  }

  async function exchange(request, response) {
    const { code_verifier: verifier, client_id: clientId, ...sent } = Object.fromEntries(new URLSearchParams(await readBody(request)));
    const answer = (status, json) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
    assert.equal(clientId, '1example23456789');
    if (sent.grant_type === 'refresh_token') {
      assert.deepEqual(sent, { grant_type: 'refresh_token', refresh_token: 'a refresh token' });
      refreshes++;
      setTimeout(() => answer(200, { access_token: `token ${refreshes}`, expires_in: lifetime }), 50);
      return;
    }
    assert.deepEqual(sent, { grant_type: 'authorization_code', code: 'a code', redirect_uri: `${origin}/` });
    if (createHash('sha256').update(verifier).digest('base64url') === challenge) {
      answer(200, { access_token: 'token 0', refresh_token: 'a refresh token', expires_in: lifetime });
    } else {
      answer(400, { error: 'invalid_grant' });
    }
  }

  const answerMe = (request, response) => {
    const isKnown = /^Bearer token \d+$/.test(request.headers.authorization);
    response.writeHead(isKnown ? 200 : 401, { 'Content-Type': 'application/json' }).end(JSON.stringify(request.headers.authorization));
  };

  function endSession(request) {
    // It never answers.
    ended.push(`${request.method} ${request.url} ${request.headers.authorization}`);
  }

  async function revoke(request, response) {
    ended.push(`${request.method} ${request.url} ${await readBody(request)}`);
    response.writeHead(500).end();
  }

  function logOut(request, response) {
    assert.deepEqual(
      Object.fromEntries(new URL(request.url, origin).searchParams), { client_id: '1example23456789', logout_uri: `${origin}/` });
    response.writeHead(302, { Location: `${origin}/` }).end();
  }

  async function signIn() {
    await tab.click('#sign-in');
    await tab.waitForFunction(() => document.getElementById('answer')?.textContent);
  }

  const shown = () => tab.textContent('#answer');
  const callTwice = () => tab.evaluate(async () => {
    const { callApi } = await import('/sign-in.js');
    return Promise.all([callApi('/api/me'), callApi('/api/me')]);
  });

  it('gets tokens for its code and its verifier, and calls the API', async () => {
    await signIn();

    assert.equal(await shown(), '"Bearer token 0"');
    assert.equal(tab.url(), `${origin}/`);
    assert.deepEqual(await callTwice(), ['Bearer token 0', 'Bearer token 0']);
  });

  it('refreshes a token that ends within a minute, once for all calls', async () => {
    lifetime = 59;
    await signIn();
    assert.equal(await shown(), '"Bearer token 1"');
    lifetime = 3600;

    assert.deepEqual(await callTwice(), ['Bearer token 2', 'Bearer token 2']);
    assert.deepEqual(await callTwice(), ['Bearer token 2', 'Bearer token 2']);
    assert.equal(refreshes, 2);
  });

  it('forgets and revokes its tokens at the sign-out, also if the API hangs and Cognito fails', async () => {
    await signIn();
    await Promise.all([tab.waitForRequest(/logout/), tab.waitForEvent('load'), tab.click('#sign-out')]);
    assert.equal(tab.url(), `${origin}/`);

    assert.deepEqual(ended.sort(), [
      'DELETE /api/session Bearer token 0', 'POST /oauth2/revoke client_id=1example23456789&token=a+refresh+token',
    ]);
    await assert.rejects(callTwice(), /Sign in first/);
  });

  it('refuses an answer to a sign-in of somebody else', async () => {
    await tab.goto(`${origin}/?code=stolen&state=forged`);

    await tab.waitForFunction(() => document.getElementById('answer').textContent === 'This sign-in was not started here.');
  });

  it('shows the reason when the sign-in fails', async () => {
    refusal = { error: 'access_denied', error_description: 'The user cancelled.' };
    await signIn();

    assert.equal(await shown(), 'The user cancelled.');
  });
});

// The example of the page with this pool and its address, and the line for emulators.
const configure = ({ own, endpoint }) => edit(codeBlock('clients.md', 'js', "from 'amazon-cognito-identity-js'"), [
  ["UserPoolId: 'eu-west-1_Ab12Cd34e'", `UserPoolId: '${own.userPoolId}', endpoint: '${endpoint}/'`],
  ["ClientId: '1example23456789'", `ClientId: '${own.clientId}'`],
  ["// user.setAuthenticationFlowType('USER_PASSWORD_AUTH');", "user.setAuthenticationFlowType('USER_PASSWORD_AUTH');"],
]);

async function readBody(request) {
  let body = '';
  for await (const part of request) body += part;
  return body;
}

// Serves the files, and passes requests to the API on, so that the page and the API have one origin.
async function serve(files, api, endpoints = {}) {
  const server = http.createServer((request, response) => {
    const [path] = request.url.split('?');
    if (endpoints[path]) {
      endpoints[path](request, response);
      return;
    }
    if (path.startsWith('/api/')) {
      const options = { method: request.method, headers: request.headers };
      request.pipe(http.request(new URL(request.url, api), options, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      }).on('error', () => response.destroy()));
      return;
    }
    const file = files[path];
    response.writeHead(file ? 200 : 404, { 'Content-Type': path.endsWith('.js') ? 'text/javascript' : 'text/html' });
    response.end(file);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return server;
}
