// Starts the user pools and the application, which trusts the first pool.
//   node stack.mjs    starts them, prints their addresses as JSON, and keeps them running until Ctrl+C

import { fileURLToPath } from 'node:url';
import { startApplication } from './application.mjs';
import { newcomer, startPools, stranger, users } from './pool.mjs';

/** The settings with which an application trusts the own pool. */
export const settingsFor = (pools) => ({
  'cognito:UserPoolId': pools.own.userPoolId,
  'cognito:ClientId': pools.own.clientId,
  'cognito:Issuer': `${pools.own.issuer},${pools.own.otherIssuer}`,
  'cognito:JwksUri': `${pools.own.issuer}/.well-known/jwks.json`,
  'signIn:Endpoint': `${pools.endpoint}/`,
});

export async function startStack({ processes, settings, ...others } = {}) {
  const pools = await startPools();
  try {
    const application = await startApplication({ ...others, processes, settings: { ...settingsFor(pools), ...(typeof settings === 'function' ? settings(pools) : settings) } });
    return {
      pools,
      application,
      url: application.url,
      async stop() {
        await Promise.all([application.stop(), pools.stop()]);
      },
    };
  } catch (error) {
    await pools.stop();
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url, pools, application } = await startStack();
  console.log(JSON.stringify({
    url, issuer: pools.own.issuer, clientId: pools.own.clientId, folder: application.folder, users, newcomer, stranger,
  }, undefined, 2));
  setInterval(() => {}, 1 << 30);
}
