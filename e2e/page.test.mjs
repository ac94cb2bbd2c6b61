// Tests the sample's page in a real browser, with the real stack.
// Build the sample first: dotnet build samples/Notes -c Release

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { securityHeaders } from './application.mjs';
import { missing, startBrowser } from './browser.mjs';
import { pastSecond } from './client.mjs';
import { newcomer, users } from './pool.mjs';
import { startStack } from './stack.mjs';

const { alice, bob } = users;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// The page needs less time for every step, so that a failing test ends soon.
const timeout = 10_000;

describe('the page', { skip: missing }, () => {
  let stack, browser, page, errors;
  before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
  after(() => Promise.all([browser?.close(), stack?.stop()]));
  beforeEach(async () => { await open({ viewport: { width: 1200, height: 800 } }); });
  afterEach(async () => {
    await page.context().close();
    assert.deepEqual(errors, [], 'errors of the browser');
  });

  async function open(options) {
    await page?.context().close();
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(timeout);
    page = await context.newPage();
    errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      // The browser reports every status above 399 as an error, but this page calls endpoints that return one.
      if (message.type() === 'error' && !/the server responded with a status of/.test(message.text())) {
        errors.push(message.text());
      }
    });
    await page.goto(`${stack.url}/`);
  }

  const button = (name) => page.getByRole('button', { name, exact: true });
  const card = (name) => page.locator('.token', { has: page.getByRole('heading', { name, exact: true }) });
  const answer = () => page.locator('#answer');
  const said = () => page.locator('#announcement');

  async function signIn({ username, password } = alice) {
    await page.getByLabel('User name').fill(username);
    await page.getByLabel('Password').fill(password);
    await button('Sign in').click();
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
  }

  /** Calls an endpoint and returns the page's explanation of the answer. */
  async function call(name, sender) {
    await page.getByLabel(sender, { exact: true }).check();
    // Mark the previous answer, which may be from the same endpoint.
    await page.locator('#answer-content > *').evaluateAll((all) => all.forEach((each) => { each.dataset.old = ''; }));
    await button(`Call ${name}`).click();
    // A name with braces has a field in its path.
    await answer().locator('.request:not([data-old])', { hasText: name.split('{')[0] }).waitFor();
    return read();
  }

  async function read() {
    const text = async (selector) => ((await answer().locator(selector).count()) > 0
      ? answer().locator(selector).first().textContent()
      : undefined);
    const parts = await answer().locator('dl').evaluateAll((lists) => lists.flatMap((list) =>
      [...list.querySelectorAll('dt')].map((dt) => [dt.querySelector('code').textContent, {
        value: dt.querySelector('.value')?.textContent, meaning: dt.nextElementSibling.textContent,
      }])));
    const body = await text('.body');
    return {
      request: await text('.request'),
      status: await text('.status'),
      meaning: await text('.meaning'),
      consequence: await text('.consequence'),
      challenge: await text('.challenge'),
      parts: Object.fromEntries(parts),
      body,
      json: parse(body),
      text: await answer().innerText(),
    };
  }

  async function accessible(what) {
    if (!(await page.evaluate(() => 'axe' in globalThis))) {
      await page.evaluate(axe);
    }
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }));
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`), [], `axe: ${what}`);
  }

  describe('as a file', () => {
    it('is served at the root of the application, with the headers of web.config', async () => {
      const wanted = securityHeaders();
      assert.deepEqual(
        wanted.map((header) => header.name), ['Content-Security-Policy', 'X-Content-Type-Options', 'Referrer-Policy']);
      for (const path of ['/', '/index.html', '/Content/page.js', '/Content/page.css', '/api/public', '/no/such/page']) {
        const response = await fetch(stack.url + path);
        await response.arrayBuffer();
        assert.equal(response.status, path === '/no/such/page' ? 404 : 200, path);
        for (const { name, value } of wanted) {
          assert.equal(response.headers.get(name), value, `${path} ${name}`);
        }
      }
    });

    it('has no inline script, style or handler and loads nothing from other hosts', async () => {
      const markup = await (await fetch(stack.url)).text();
      assert.doesNotMatch(markup, /<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|https?:/i);
      assert.equal(await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'globalThis.injected = true';
        document.body.append(script);
        return globalThis.injected;
      }), undefined);
      assert.match(errors.pop() ?? '', /Content Security Policy/);
    });

    it('sends requests only to the application', async () => {
      const asked = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.reload();
      await signIn();
      await call('GET /api/me', 'ID token');
      assert.ok(asked.length > 5, `${asked}`);
      assert.deepEqual(asked.filter((url) => !url.startsWith(`${stack.url}/`)), []);
    });

    it('works in a folder of its site, like an IIS application', async () => {
      const proxy = http.createServer((request, response) => {
        const inside = request.url.match(/^\/notes(\/.*)$/)?.[1];
        if (!inside) {
          response.writeHead(404).end();
          return;
        }
        request.pipe(http.request(stack.url + inside, { method: request.method, headers: request.headers }, (upstream) => {
          response.writeHead(upstream.statusCode, upstream.headers);
          upstream.pipe(response);
        }));
      });
      await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      try {
        await page.goto(`http://127.0.0.1:${proxy.address().port}/notes/`);
        await signIn();
        assert.equal((await call('GET /api/me', 'ID token')).status, '200 OK');
      } finally {
        proxy.closeAllConnections();
        proxy.close();
      }
    });
  });

  describe('signing in', () => {
    it('with a wrong password: shows and announces the reason and focuses the empty password', async () => {
      await page.getByLabel('User name').fill(alice.username);
      await page.getByLabel('Password').fill('mistyped');
      await button('Sign in').click();
      await says(page.getByRole('alert'), 'The user name or the password is wrong.');
      assert.equal(await page.getByLabel('User name').inputValue(), alice.username);
      assert.equal(await page.getByLabel('Password').inputValue(), '');
      assert.equal(await focused(), 'password');
      await signIn();
      assert.equal(await page.getByRole('alert').count(), 0);
    });

    it('as a user who must choose a password first: shows the reason', async () => {
      await page.getByLabel('User name').fill(newcomer.username);
      await page.getByLabel('Password').fill(newcomer.password);
      await button('Sign in').click();
      await says(page.getByRole('alert'), 'NEW_PASSWORD_REQUIRED');
    });

    it('without a user name: focuses the field and sends nothing', async () => {
      let sent = 0;
      page.on('request', (request) => { sent += request.url().includes('/api/') ? 1 : 0; });
      await button('Sign in').click();
      assert.equal(await focused(), 'username');
      assert.equal(sent, 0);
    });

    it('with the right password: shows the user and both tokens, and selects the ID token', async () => {
      await signIn();
      await says(page.locator('#who'), 'You are alice.');
      await says(said(), 'Signed in as alice.');
      assert.equal(await page.getByRole('heading', { level: 3 }).count(), 2);
      assert.equal(await page.getByLabel('ID token', { exact: true }).isChecked(), true);
      assert.equal(await page.locator('#sign-in').isVisible(), false);
    });

    it('stores nothing: no storage, no cookie, no password; a reload signs out', async () => {
      await signIn();
      assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
      assert.equal(await page.locator('#password').inputValue(), '');
      assert.equal(page.url(), `${stack.url}/`);
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      assert.ok(!(await page.content()).includes('eyJ'), 'The page contains a token.');
    });
  });

  describe('the tokens', () => {
    it('are decoded, with an explanation of each entry', async () => {
      await signIn();
      for (const [name, use, audience] of [['ID token', 'id', 'aud'], ['Access token', 'access', 'client_id']]) {
        const header = JSON.parse(await card(name).locator('.header').textContent());
        const payload = JSON.parse(await card(name).locator('.payload').textContent());
        assert.equal(header.alg, 'RS256');
        assert.equal(payload.token_use, use);
        assert.equal(payload.iss, stack.pools.own.issuer);
        assert.equal(payload[audience], stack.pools.own.clientId);

        await card(name).getByText('What each entry means').click();
        const explained = await card(name).locator('dt code').allTextContents();
        assert.deepEqual(explained, [...Object.keys(header), ...Object.keys(payload)]);
        assert.deepEqual((await card(name).locator('dd').allTextContents()).filter((text) => /has no explanation/.test(text)), []);

        await card(name).getByText('Encoded token').click();
        const [head, body, signature] = (await card(name).locator('.jwt').textContent()).trim().split('.');
        assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url')), header);
        assert.deepEqual(JSON.parse(Buffer.from(body, 'base64url')), payload);
        assert.equal(Buffer.from(signature, 'base64url').length, 256);
      }
    });

    it('count down with the application\'s clock, warn, and report when they have expired', async () => {
      // The browser's clock is ten minutes behind the application's.
      await page.clock.install({ time: Date.now() - 600_000 });
      await page.reload();
      await signIn();
      const countdown = card('ID token').locator('.countdown');
      await says(countdown, /^Expires in (1 h 0 min|59 min 5\d s),$/);
      await page.clock.runFor('10:00');
      await says(countdown, /^Expires in (50 min 0|49 min 5\d) s,$/);
      await page.clock.runFor('46:00');
      await says(countdown, /^Expires in (4 min 0|3 min 5\d) s,$/);
      assert.match(await countdown.getAttribute('class'), /soon/);
      await page.clock.runFor('05:00');
      await says(countdown, /^Expired (1 min \d|5\d) s ago,$/);
      assert.match(await countdown.getAttribute('class'), /expired/);
      await page.clock.runFor(100);
      await says(said(), 'The Access token has expired.');
    });

    it('that are not JWTs cause no error', async () => {
      await page.route('**/api/session', (route) => route.fulfill({ json: { idToken: 'opaque', accessToken: 'a.b.c' } }));
      await page.getByLabel('User name').fill('x');
      await page.getByLabel('Password').fill('x');
      await button('Sign in').click();
      // The page shows both tokens when it has the answer.
      await page.getByText('not a JWT').nth(1).waitFor();
      assert.equal(await page.getByText('not a JWT').count(), 2);
    });
  });

  describe('calling', () => {
    it('before sign-in: only "No token" can be selected', async () => {
      for (const name of ['ID token', 'Access token', 'Tampered token']) {
        assert.equal(await page.getByLabel(name, { exact: true }).isDisabled(), true, name);
      }
      assert.equal((await call('GET /api/public', 'No token')).status, '200 OK');
      assert.equal((await call('GET /api/me', 'No token')).status, '401 Unauthorized');
    });

    const rows = {
      'GET /api/public': { 'ID token': 200, 'Access token': 200, 'Tampered token': 200, 'No token': 200 },
      'GET /api/me': { 'ID token': 200, 'Access token': 200, 'Tampered token': 401, 'No token': 401 },
      'POST /api/notes': { 'ID token': 201, 'Access token': 201, 'Tampered token': 401, 'No token': 401 },
      'GET /api/notes': { 'ID token': 200, 'Access token': 200, 'Tampered token': 401, 'No token': 401 },
      'GET /api/admin': { 'ID token': 200, 'Access token': 200, 'Tampered token': 401, 'No token': 401 },
    };
    for (const [name, statuses] of Object.entries(rows)) {
      it(`${name}: ${Object.entries(statuses).map(([sender, status]) => `${sender} ${status}`).join(', ')}`, async () => {
        await signIn();
        for (const [sender, status] of Object.entries(statuses)) {
          const { request, status: shown, challenge, parts } = await call(name, sender);
          assert.match(shown, new RegExp(`^${status} \\w+`), sender);
          assert.match(request, sender === 'No token' ? /without a token/ : /Authorization: Bearer eyJhbG…[\w-]{6}$/);
          if (status === 401) {
            assert.match(challenge, /^Bearer realm="/);
            assert.match(parts.Bearer.meaning, /RFC 6750/);
            assert.equal(parts.realm.value, 'api');
            assert.match(parts.realm.meaning, /protected/);
          } else {
            assert.equal(challenge, undefined);
          }
          if (sender === 'Tampered token' && status === 401) {
            assert.equal(parts.error.value, 'invalid_token');
            assert.match(parts.error.meaning, /token is not valid/);
            assert.equal(parts.error_description.value, 'The signature of the token is not valid.');
            assert.match(parts.error_description.meaning, /for developers/);
          } else if (sender === 'No token' && status === 401) {
            assert.equal(parts.error.value, 'absent');
            assert.match(parts.error.meaning, /had no token/);
          }
        }
      });
    }

    it('explains the answer of every listed endpoint', async () => {
      await signIn();
      const names = await page.locator('#endpoints button').evaluateAll((all) => all.map((each) => each.ariaLabel.slice(5)));
      assert.ok(names.length >= 7, `${names}`);
      for (const name of names) {
        const { status, meaning } = await call(name, 'ID token');
        assert.match(status, /^[2-5]\d\d \w/, name);
        assert.match(meaning, /\w.*\.$/, name);
      }
    });

    it('shows the user that the API sees', async () => {
      await signIn();
      const me = (await call('GET /api/me', 'ID token')).json;
      assert.deepEqual([me.username, me.email, me.groups, me.provisioned], ['alice', alice.email, ['admins'], true]);
      const again = (await call('GET /api/me', 'Access token')).json;
      assert.deepEqual([again.username, again.email, again.localEmail, again.localUserId], ['alice', null, alice.email, me.localUserId]);
    });

    it('adds a note with any characters and reads it back unchanged', async () => {
      await signIn(bob);
      for (const text of ['Bread & butter', '<img src=x onerror="document.title=1"> "é" 🐇']) {
        await page.getByLabel('Text of the note').fill(text);
        assert.equal((await call('POST /api/notes', 'ID token')).json.text, text);
        assert.equal((await call('GET /api/notes', 'ID token')).json[0].text, text);
      }
      assert.equal(await page.locator('#answer img').count(), 0);
      assert.equal((await call('POST /api/notes', 'ID token')).status, '201 Created');
      await page.getByLabel('Text of the note').fill('');
      assert.equal((await call('POST /api/notes', 'ID token')).status, '400 Bad Request');
    });

    it('as a user outside the group: refused, and the page explains that the token is valid', async () => {
      await signIn(bob);
      const { status, parts } = await call('GET /api/admin', 'ID token');
      assert.match(status, /^40[13] /);
      assert.match(parts.error.meaning, /the token is valid/i);
    });

    it('announces a refusal to screen readers', async () => {
      await signIn();
      await call('GET /api/notes', 'Tampered token');
      await says(said(), 'GET /api/notes: 401 Unauthorized. The API does not accept this token.');
    });

    it('explains rare answers too', async () => {
      const answers = [
        [{ status: 503, headers: { 'Retry-After': '7' } },
          /cannot decide at the moment[^]*Retry-After\s+7\s+Try again in 7 seconds[^]*The body is empty/],
        [{ status: 503, headers: { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' } }, /Try again at Wed, 21 Oct 2026/],
        [{ status: 429, headers: { 'Retry-After': '1' } }, /more slowly[^]*in 1 second\./],
        [{
          status: 403,
          headers: {
            'WWW-Authenticate':
              'Bearer realm="a \\"b\\", c", error="insufficient_scope", error_description="No.", scope="notes/read notes/write", x=y',
          },
        }, /realm\s+a "b", c\s[^]*insufficient_scope\s[^]*lacks a permission[^]*notes\/read notes\/write\s+The scopes that a token must have[^]*x\s+y\s+RFC 6750 does not/],
        [{ status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="api", error="invalid_request", Basic realm="b"' } },
          /no token after "Bearer"[^]*Basic\s+Another way/],
        [{ status: 401, headers: { 'WWW-Authenticate': 'Negotiate' } }, /Negotiate\s+Another way/],
        [{ status: 401 }, /no WWW-Authenticate/],
        [{ status: 404, contentType: 'text/html', body: '<h1>Nothing</h1>' }, /An HTML page of 16 characters[^]*No controller/],
        [{ status: 500, body: 'not JSON' }, /The application failed[^]*not JSON/],
        [{ status: 418 }, /refuses the request/],
        [{ status: 204 }, /no content/],
      ];
      for (const [given, expected] of answers) {
        await page.route('**/api/public', (route) => route.fulfill(given), { times: 1 });
        const { text } = await call('GET /api/public', 'No token');
        assert.match(text, expected);
      }
      await page.route('**/api/public', (route) => route.abort(), { times: 1 });
      await button('Call GET /api/public').click();
      await says(answer().locator('.status'), 'No answer');
      errors.length = 0;
    });
  });

  it('closes the account of a user, who must sign in again when it is open', async () => {
    const user = { username: 'dora', password: 'Dora-the-Explorer-6', email: 'dora@example.com', groups: [] };
    await stack.pools.createUser(stack.pools.own, user);
    await signIn(user);
    const { localUserId } = (await call('GET /api/me', 'ID token')).json;
    const { idToken, accessToken } = await stack.pools.signIn(stack.pools.own, user);
    const me = async (token) => (await fetch(`${stack.url}/api/me`, { headers: { Authorization: `Bearer ${token}` } })).status;
    assert.deepEqual([await me(idToken), await me(accessToken)], [200, 200]);
    await button('Sign out').click();
    await answer().locator('.consequence').waitFor();

    await signIn();
    await page.getByLabel('Local user to close').fill(`${localUserId}`);
    assert.equal((await call('PUT /api/admin/users/{id}/disabled true', 'ID token')).status, '204 No Content');
    assert.deepEqual([await me(idToken), await me(accessToken)], [401, 401]);

    await page.getByLabel('Local user to open').fill(`${localUserId}`);
    assert.equal((await call('PUT /api/admin/users/{id}/disabled false', 'ID token')).status, '204 No Content');
    assert.equal(await me(idToken), 401);
    await pastSecond();
    assert.equal(await me((await stack.pools.signIn(stack.pools.own, user)).idToken), 200);
  });

  describe('refreshing and signing out', () => {
    it('refreshes through the application and reports whether the tokens are new', async () => {
      await signIn();
      const payload = () => card('ID token').locator('.payload').textContent();
      const old = await payload();
      await button('Refresh tokens').click();
      await says(answer().locator('.request'), 'POST /api/session/refresh');
      const { status, consequence, text } = await read();
      assert.ok(!/eyJ[\w-]{20}/.test(text), 'The answer contains a token.');
      if (status === '200 OK') {
        assert.match(consequence, /are new/);
        assert.notEqual(await payload(), old);
      } else {
        assert.match(consequence, /still the old ones/);
        assert.equal(await payload(), old);
      }
      assert.equal((await call('GET /api/me', 'ID token')).status, '200 OK');
    });

    it('keeps the refresh token if a refresh returns none', async () => {
      await signIn();
      const fresh = await stack.pools.signIn(stack.pools.own, bob);
      const sent = [];
      await page.route('**/api/session/refresh', (route) => {
        sent.push(route.request().postDataJSON().refreshToken);
        return route.fulfill({ json: { ...fresh, refreshToken: null } });
      });
      for (let i = 0; i < 2; i++) {
        await button('Refresh tokens').click();
        await answer().locator('.consequence', { hasText: 'are new' }).waitFor();
        await says(page.locator('#who'), 'You are bob.');
      }
      assert.equal(sent.length, 2);
      assert.ok(sent[0].length > 100 && sent[0] === sent[1]);
    });

    it('sign-out deletes the tokens for every answer of the application', async () => {
      await signIn();
      await call('GET /api/me', 'ID token');
      await button('Sign out').click();
      await says(answer().locator('.request'), 'DELETE /api/session');
      const { status, consequence } = await read();
      assert.match(consequence, /has deleted the tokens\..*the API refuses them from now on\./);
      assert.equal(/did not revoke/.test(consequence), !status.startsWith('2'));
      assert.equal(await focused(), 'username');
      assert.equal(await page.locator('#tokens').isVisible(), false);
      assert.equal(await page.getByLabel('No token').isChecked(), true);
      assert.equal(await page.getByLabel('ID token', { exact: true }).isDisabled(), true);
      assert.ok(!/eyJ[\w-]{20}/.test(await page.content()), 'The page contains a token.');
      await signIn(bob);
      await says(page.locator('#who'), 'You are bob.');
    });
  });

  it('can be used with the keyboard alone, in reading order and with a visible focus', async () => {
    const press = (key) => page.keyboard.press(key);
    const visited = [];
    async function tabTo(name) {
      for (let i = 0; i < 25; i++) {
        await press('Tab');
        const place = await page.evaluate(() => {
          const { activeElement: active } = document;
          // The focus outline of a radio button is around its label.
          const framed = active.closest('.sender') ?? active;
          return {
            name: active.ariaLabel ?? active.labels?.[0]?.textContent.trim() ?? active.textContent.trim(),
            outline: parseFloat(getComputedStyle(framed).outlineWidth),
            top: Math.round(framed.getBoundingClientRect().top + scrollY),
          };
        });
        assert.ok(place.outline >= 2, `no visible focus on ${place.name}`);
        visited.push(place.name);
        if (place.name === name) {
          return;
        }
      }
      assert.fail(`Tab does not reach ${name}: ${visited.join(', ')}`);
    }

    await tabTo('Skip to the calls');
    await tabTo('User name');
    await page.keyboard.type(alice.username);
    await tabTo('Password');
    await page.keyboard.type(alice.password);
    await press('Enter');
    await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    assert.equal(await focused(), 'session-title');
    await tabTo('Refresh tokens');
    await tabTo('Sign out');
    await tabTo('Header and payload');
    await tabTo('What each entry means');
    await press('Enter');
    assert.equal(await card('ID token').locator('dl').isVisible(), true);
    await tabTo('ID token');
    await press('ArrowRight');
    await press('ArrowRight');
    assert.equal(await page.getByLabel('Tampered token').isChecked(), true);
    await tabTo('Call GET /api/public');
    await tabTo('Call GET /api/me');
    await press('Space');
    await says(answer().locator('.status'), '401 Unauthorized');
    await press('Shift+Tab');
    await press('Shift+Tab');
    await press('ArrowLeft');
    await press('ArrowLeft');
    assert.equal(await page.getByLabel('ID token', { exact: true }).isChecked(), true);
    await tabTo('Text of the note');
    await press('ControlOrMeta+a');
    await page.keyboard.type('By keyboard');
    await press('Enter');
    await says(answer().locator('.status'), '201 Created');
    await says(answer().locator('.body'), 'By keyboard');

    // The first link skips everything before the calls.
    await page.reload();
    await press('Tab');
    await press('Enter');
    await press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.value), 'none');
  });

  // The layout depends on the width and the colours depend on the scheme, so two combinations cover all four values.
  for (const [colorScheme, viewport] of [['light', { width: 1200, height: 800 }], ['dark', { width: 360, height: 740 }]]) {
    it(`passes axe, ${colorScheme}, ${viewport.width} pixels wide`, async () => {
      await open({ viewport, colorScheme });
      await accessible('signed out');
      await page.getByLabel('User name').fill(alice.username);
      await page.getByLabel('Password').fill('mistyped');
      await button('Sign in').click();
      await page.getByRole('alert').waitFor();
      await accessible('wrong password');
      await signIn();
      await page.locator('details').evaluateAll((all) => all.forEach((each) => { each.open = true; }));
      await accessible('signed in');
      await call('GET /api/me', 'ID token');
      await accessible('answered');
      await call('GET /api/me', 'Tampered token');
      await accessible('refused');
      await page.route('**/api/public', (route) => route.fulfill({
        status: 503, headers: { 'Retry-After': '7' }, contentType: 'text/html', body: '<h1>No</h1>',
      }), { times: 1 });
      await call('GET /api/public', 'ID token');
      await accessible('unavailable');
      await page.locator('.countdown').first().evaluate((element) => element.classList.add('soon'));
      await page.locator('.countdown').last().evaluate((element) => element.classList.add('expired'));
      await accessible('expiring');
      await button('Sign out').click();
      await answer().locator('.consequence').waitFor();
      await accessible('signed out again');
    });
  }

  it('fits a phone of 360 pixels, also with a text of twice the size', async () => {
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    assert.equal(await overflow(), 0, 'signed out');
    await signIn();
    await page.locator('details').evaluateAll((all) => all.forEach((each) => { each.open = true; }));
    assert.equal(await overflow(), 0, 'signed in');
    for (const [name, sender] of [['GET /api/me', 'ID token'], ['GET /api/me', 'Tampered token'], ['GET /api/reports', 'ID token']]) {
      await call(name, sender);
      assert.equal(await overflow(), 0, `${name} ${sender}`);
      const { y } = await answer().locator('.status').boundingBox();
      assert.ok(y >= 0 && y < 740, `the status of ${name} is in view: ${y}`);
    }
    // WCAG 2.2, 2.5.8 requires 24 pixels. A thumb needs more.
    for (const control of await page.locator('button:visible, .sender:visible').all()) {
      assert.ok((await control.boundingBox()).height >= 44, await control.innerText());
    }
    await page.getByRole('link', { name: 'Back to the calls' }).click();
    const { y } = await page.locator('#call').boundingBox();
    assert.ok(Math.abs(y) < 20, `${y}`);

    await page.evaluate(() => { document.documentElement.style.fontSize = '32px'; });
    assert.equal(await overflow(), 0, 'twice the size');
  });

  const focused = () => page.evaluate(() => document.activeElement.id);
});

/** Waits until an element has the expected text. Otherwise fails with the text that it has. */
async function says(locator, expected) {
  const end = Date.now() + timeout;
  let text;
  do {
    text = (await locator.textContent()).trim();
    if (typeof expected === 'string' ? text.includes(expected) : expected.test(text)) {
      return;
    }
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  } while (Date.now() < end);
  assert.fail(`The text is "${text}" instead of "${expected}".`);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
