// Everything together: the user pools and the application that trusts the first of them.
//   node stack.mjs    starts it, prints how to reach it as JSON, and keeps it until Ctrl+C

import { fileURLToPath } from 'node:url';
import { startApplication } from './application.mjs';
import { newcomer, startPools, stranger, users } from './pool.mjs';

/** The settings an application needs to trust this pool. */
export const settingsFor = (pools) => ({
  'cognito:UserPoolId': pools.own.userPoolId,
  'cognito:ClientId': pools.own.clientId,
  'cognito:Issuer': `${pools.own.issuer},${pools.own.otherIssuer}`,
  'cognito:JwksUri': `${pools.own.issuer}/.well-known/jwks.json`,
  'signIn:Endpoint': `${pools.endpoint}/`,
});

export async function startStack({ processes, settings } = {}) {
  const pools = await startPools();
  try {
    const application = await startApplication({ processes, settings: { ...settingsFor(pools), ...settings } });
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
