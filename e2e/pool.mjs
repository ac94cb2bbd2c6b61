// Starts cognito-local, an independent implementation of Cognito, with two user pools and their users, on a free loopback port.

import { createPrivateKey, createSign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { accepts, freePort, removeFolder, start, temporaryFolder, waitUntil, withRetries } from './processes.mjs';

const require = createRequire(import.meta.url);
const program = require.resolve('cognito-local/lib/bin/start.js');

export const users = {
  alice: { username: 'alice', password: 'Alice-in-Wonderland-1', email: 'alice@example.com', groups: ['admins'] },
  bob: { username: 'bob', password: 'Bob-the-Builder-2', email: 'bob@example.com', groups: [] },
};

/** A user whom an administrator created and who has not chosen a password yet. */
export const newcomer = { username: 'carol', password: 'Temporary-3', email: 'carol@example.com' };

/** The only user of the other pool. */
export const stranger = { username: 'mallory', password: 'Mallory-in-the-Middle-4', email: 'mallory@example.com', groups: ['admins'] };

export async function startPools() {
  const folder = temporaryFolder('pool');
  try {
    mkdirSync(path.join(folder, '.cognito'));
    configure(folder, {});
    let { child, endpoint, port } = await withRetries(3, async () => startServer(folder, await freePort()));
    const call = (operation, body) => callPool(endpoint, operation, body);

    const own = await createPool(call, 'own pool');
    for (const user of Object.values(users)) {
      await createUser(call, own, user);
    }
    await call('AdminCreateUser', {
      UserPoolId: own.userPoolId,
      Username: newcomer.username,
      TemporaryPassword: newcomer.password,
      MessageAction: 'SUPPRESS',
    });

    const other = await createPool(call, 'another pool');
    await createUser(call, other, stranger);

    return {
      endpoint,
      own: {
        ...own,
        issuer: `${endpoint}/${own.userPoolId}`,
        otherIssuer: `${otherEndpoint(port)}/${own.userPoolId}`,
      },
      other: { ...other, issuer: `${endpoint}/${other.userPoolId}` },
      call,
      /** Signs in directly at the pool, without the application. Returns { idToken, accessToken }. */
      async signIn(pool, { username, password }) {
        const { AuthenticationResult: tokens } = await call('InitiateAuth', {
          AuthFlow: 'USER_PASSWORD_AUTH',
          ClientId: pool.clientId,
          AuthParameters: { USERNAME: username, PASSWORD: password },
        });
        return { idToken: tokens.IdToken, accessToken: tokens.AccessToken };
      },
      createUser: (pool, user) => createUser(call, pool, user),
      /** Switches the pools to their other issuer, as the issuer type of a pool at AWS can be switched. The keys stay the same. */
      async switchIssuer() {
        configure(folder, { TokenConfig: { IssuerDomain: otherEndpoint(port) } });
        await child.stop();
        ({ child } = await startServer(folder, port));
      },
      /** Stops the server. Its users and its address stay the same. */
      pause: () => child.stop(),
      async resume() {
        ({ child } = await startServer(folder, port));
      },
      /** Makes the server hang, and answer again. */
      freeze: () => child.freeze(),
      thaw: () => child.thaw(),
      async stop() {
        await child.stop();
        removeFolder(folder);
      },
    };
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}

const otherEndpoint = (port) => `http://localhost:${port}`;

// By default, cognito-local requires e-mail addresses as user names. Only this file can change that, not CreateUserPool.
function configure(folder, settings) {
  writeFileSync(
    path.join(folder, '.cognito/config.json'),
    JSON.stringify({ UserPoolDefaults: { UsernameAttributes: [] }, ...settings }));
}

async function startServer(folder, port) {
  const endpoint = `http://127.0.0.1:${port}`;
  // HOST and PORT also determine the issuer: cognito-local's default is http://{HOST}:{PORT}/{pool id}.
  const child = start('cognito-local', [process.execPath, program], {
    cwd: folder,
    env: { HOST: '127.0.0.1', PORT: String(port) },
    log: path.join(folder, 'cognito-local.log'),
  });
  await waitUntil(async () => (await accepts(port)) && (await fetch(`${endpoint}/health`)).ok, {
    what: 'cognito-local', seconds: 30, child,
  });
  return { child, endpoint, port };
}

async function callPool(endpoint, operation, body) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${operation}: ${response.status} ${text}`);
  }
  return JSON.parse(text);
}

async function createPool(call, name) {
  const { UserPool } = await call('CreateUserPool', {
    PoolName: name,
    Schema: [{ Name: 'tenant', AttributeDataType: 'String' }],
  });
  const { UserPoolClient } = await call('CreateUserPoolClient', {
    UserPoolId: UserPool.Id,
    ClientName: 'notes',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    AccessTokenValidity: 60,
    IdTokenValidity: 60,
    TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
  });
  await call('CreateGroup', { UserPoolId: UserPool.Id, GroupName: 'admins' });
  return { userPoolId: UserPool.Id, clientId: UserPoolClient.ClientId };
}

async function createUser(call, pool, { username, password, email, groups }) {
  const user = { UserPoolId: pool.userPoolId, Username: username };
  await call('AdminCreateUser', {
    ...user,
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
      { Name: 'custom:tenant', Value: 'example' },
    ],
  });
  await call('AdminSetUserPassword', { ...user, Password: password, Permanent: true });
  for (const group of groups ?? []) {
    await call('AdminAddUserToGroup', { ...user, GroupName: group });
  }
}

let key;

/** Signs claims as the pools do. cognito-local has one signing key, which is a file of its package. */
export function sign(claims) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: 'RS256', kid: 'CognitoLocal' })}.${encode(claims)}`;
  key ??= createPrivateKey(require('cognito-local/lib/keys/cognitoLocal.private.json').pem);
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
}
