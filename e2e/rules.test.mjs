// The rules about provisioning, claims, the places of a token and other sign-ins, on System.Web. CognitoOwin.Tests has them in OWIN, in
// all combinations; these tests show that the host changes none of them. The sample's controllers answer, and RulesStartup
// replaces the sample's startup class.
// Build first: dotnet build CognitoOwin.sln

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startApplication } from './application.mjs';
import { bearer, send } from './client.mjs';
import { startPools } from './pool.mjs';
import { sign } from './sign.mjs';
import { settingsFor } from './stack.mjs';

const startup = fileURLToPath(new URL('startup/bin/Debug/net472/CognitoOwin.E2E.dll', import.meta.url));

let pools;
before(async () => { pools = await startPools(); });
after(() => pools?.stop());

const start = (settings) => startApplication({
  settings: { ...settingsFor(pools), 'owin:AppStartup': 'CognitoOwin.E2E.RulesStartup, CognitoOwin.E2E', ...settings },
  assemblies: [startup],
});

const now = () => Math.floor(Date.now() / 1000);
const common = (username) => ({ sub: `sub-of-${username}`, iss: pools.own.issuer, auth_time: now(), iat: now(), exp: now() + 3600 });
const idToken = (username, more) => sign({
  ...common(username), token_use: 'id', aud: pools.own.clientId, 'cognito:username': username, email: `${username}@example.com`, ...more,
});
const accessToken = (username, more) => sign({
  ...common(username), token_use: 'access', client_id: pools.own.clientId, username, scope: 'openid', ...more,
});

function challenged(answer, error, description) {
  assert.equal(answer.status, 401, answer.text.slice(0, 300));
  assert.match(answer.challenge, new RegExp(`^Bearer realm="[^"]+", error="${error}", error_description="${description}"$`));
}

function anonymous(answer) {
  assert.equal(answer.status, 401, answer.text.slice(0, 300));
  assert.match(answer.challenge, /^Bearer realm="[^"]+"$/);
}

function accepted(answer, user) {
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  assert.equal(answer.headers['x-user'], user);
}

describe('one application', () => {
  let application;
  before(async () => {
    application = await start({
      'cognito:ProvisioningTimeout': 2,
      'cognito:AllowRawToken': true,
      'cognito:AcceptLoadBalancerToken': true,
      'cognito:QueryParameter': 'access_token',
      'cognito:QueryParameterPaths': '/api/me',
      'cognito:RoleClaimType': 'roles',
      'cognito:RoleClaimFormat': 'bracketedList',
      'cognito:NameClaimType': 'email',
      'cognito:AccessTokenNameClaimType': 'username',
    });
  });
  after(() => application?.stop());
  const get = (path, ...headers) => send(application.url, { path, headers });

  describe('provisioning', () => {
    it('the handler runs for an ID token, with the profile', async () => {
      const answer = await get('/api/me', bearer(idToken('ann')));
      accepted(answer, 'ann@example.com');
      assert.equal(answer.headers['x-profile'], 'ann@example.com');
    });

    it('the handler runs for an access token, without a profile', async () => {
      const answer = await get('/api/me', bearer(accessToken('ann')));
      accepted(answer, 'ann');
      assert.equal(answer.headers['x-profile'], 'no profile');
    });

    it('the handler does not run for a client that acts for itself', async () => {
      const { clientId } = pools.own;
      const answer = await get('/api/me', bearer(accessToken('', { sub: clientId, username: undefined })));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['x-profile'], 'none');
    });

    for (const [kind, token] of Object.entries({ 'an ID token': idToken, 'an access token': accessToken })) {
      it(`${kind} of a user whom the handler rejects: 401, and anonymous on an open action`, async () => {
        challenged(await get('/api/me', bearer(token('closed'))), 'invalid_token', 'This account is closed\\.');
        accepted(await get('/api/public', bearer(token('closed'))), 'nobody');
      });

      for (const missing of [undefined, null, '']) {
        it(`${kind} with the sub ${JSON.stringify(missing)}: 401`, async () => {
          const answer = await get('/api/me', bearer(token('ann', { sub: missing })));
          assert.equal(answer.status, 401);
          assert.match(answer.challenge, /error="invalid_token"/);
        });
      }
    }

    for (const username of ['failing', 'hanging']) {
      it(`a ${username} handler: 503 with CORS header, JSON, no redirect; anonymous on an open action`, async () => {
        const token = bearer(idToken(username));
        const answer = await get('/api/me', token);
        assert.equal(answer.status, 503, answer.text.slice(0, 300));
        assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
        assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example.com');
        assert.equal(answer.headers.location, undefined);
        assert.equal(answer.challenge, undefined);
        assert.deepEqual(answer.json, { message: 'The application cannot look up the user now; try again later.' });
        const open = await get('/api/public', token);
        accepted(open, 'nobody');
        assert.equal(open.headers['x-profile'], 'none');
      });
    }
  });

  describe('claims', () => {
    it('roles from a text of a SAML provider', async () => {
      accepted(await get('/api/admin', bearer(idToken('ann', { roles: '[reader, admins]' }))), 'ann@example.com');
      assert.equal((await get('/api/admin', bearer(idToken('ann', { roles: '[reader, admins' })))).status, 401, 'a text that ends in the middle');
      assert.equal((await get('/api/admin', bearer(idToken('ann', { 'cognito:groups': ['admins'] })))).status, 401, 'another claim');
    });

    it('null is absent, and a list gives a claim for each item', async () => {
      const { json } = await get('/api/me', bearer(idToken('ann', { 'custom:tenant': null, 'custom:list': ['a', 'b'], 'cognito:groups': null })));
      const values = (type) => json.claims.filter((claim) => claim.type === type).map((claim) => claim.value);
      assert.deepEqual(values('custom:tenant'), []);
      assert.deepEqual(values('custom:list'), ['a', 'b']);
      assert.deepEqual(json.groups, []);
    });
  });

  describe('the place of the token', () => {
    it('Authorization without a scheme, as the option allows', async () => {
      accepted(await get('/api/me', ['Authorization', idToken('ann')]), 'ann@example.com');
    });

    it('Authorization without a space: named', async () => {
      challenged(
        await get('/api/me', ['Authorization', `Bearer${idToken('ann')}`]),
        'invalid_request', 'The Authorization header has no space between the scheme and the token\\.');
    });

    it('the header of the load balancer: GET 200; POST only from the same site', async () => {
      const header = ['x-amzn-oidc-accesstoken', accessToken('ann')];
      accepted(await get('/api/me', header), 'ann');
      const post = (...headers) => send(application.url, { method: 'POST', path: '/api/notes', headers: [header, ...headers], json: { text: '' } });
      assert.equal((await post()).status, 401);
      assert.equal((await post(['Origin', 'https://evil.example.com'])).status, 401);
      assert.notEqual((await post(['Origin', application.url])).status, 401);
      assert.notEqual((await post(['Sec-Fetch-Site', 'same-origin'])).status, 401);
    });

    it('a query parameter on a named path: 200, and the answer is private; on others: anonymous', async () => {
      const answer = await get(`/api/me?access_token=${idToken('ann')}`);
      accepted(answer, 'ann@example.com');
      assert.match(answer.headers['cache-control'], /private/);
      anonymous(await get(`/api/notes?access_token=${idToken('ann')}`));
    });

    it('Authorization excludes the other places', async () => {
      const answer = await get('/api/me', bearer(idToken('ann', { exp: 1 })), ['x-amzn-oidc-accesstoken', accessToken('ann')]);
      challenged(answer, 'invalid_token', 'The token has expired\\.');
    });
  });

  it('the log contains no token', () => assert.doesNotMatch(application.log(), /eyJ[\w-]+\.[\w-]+\./));
});

const deployments = ['before', 'behind'].flatMap((place) => [
  { place, passive: false, invalidTokens: 'continueAnonymously', foreignTokens: 'refuse' },
  { place, passive: true, invalidTokens: 'continueAnonymously', foreignTokens: 'ignore' },
  { place, passive: false, invalidTokens: 'reject', foreignTokens: place === 'before' ? 'refuse' : 'ignore' },
]);
for (const { place, passive, invalidTokens, foreignTokens } of deployments) {
  describe(`another bearer middleware ${place} ours, ${passive ? 'passive' : 'active'}, ${invalidTokens}, ${foreignTokens}`, () => {
    const theirs = 'opaque-token-of-bob';
    let application, expired;
    before(async () => {
      expired = idToken('ann', { exp: 1 });
      application = await start({
        'cognito:InvalidTokens': invalidTokens,
        'cognito:ForeignTokens': foreignTokens,
        'tests:OtherBearer': place,
        'tests:Passive': passive,
        'tests:OtherTokens': `${theirs} ${expired}`,
      });
    });
    after(() => application?.stop());
    const get = (path, token) => send(application.url, { path, headers: [bearer(token)] });
    const isLetThrough = invalidTokens === 'continueAnonymously';

    it('their token: their user, and our challenge is silent', async () => {
      accepted(await get('/api/me', theirs), 'bob');
      const { status, challenge } = await get('/api/admin', theirs);
      assert.equal(status, 401);
      assert.match(challenge, /Other/);
      assert.match(challenge, /Bearer realm="[^"]+"(,\s*Other)?$/);
    });

    it('our token: our user', async () => accepted(await get('/api/me', idToken('ann')), 'ann'));

    it('our expired token, which the other middleware accepts', async () => {
      const open = await get('/api/public', expired);
      assert.equal(open.status, isLetThrough ? 200 : 401);
      if (!isLetThrough) {
        assert.match(open.challenge, /The token has expired\./);
      }
    });

    it('a token that nobody accepts', async () => {
      const open = await get('/api/public', 'opaque-token-of-nobody');
      assert.equal(open.status, isLetThrough || foreignTokens === 'ignore' ? 200 : 401);
      const denied = await get('/api/me', 'opaque-token-of-nobody');
      assert.equal(denied.status, 401);
      assert.match(denied.challenge, foreignTokens === 'ignore' ? /The token is from another issuer\./ : /The token is not a signed JWT of three segments\./);
    });
  });
}
