// Starts the user pools and the application, which trusts the first pool, and Redis if several processes share their revocations.
//   node stack.mjs    starts them, prints their addresses as JSON, and keeps them running until Ctrl+C

import { fileURLToPath } from 'node:url';
import { startApplication } from './application.mjs';
import { newcomer, startPools, stranger, users } from './pool.mjs';
import { startRedis } from './redis.mjs';

/** The settings with which an application trusts the own pool. */
export const settingsFor = (pools) => ({
  'cognito:UserPoolId': pools.own.userPoolId,
  'cognito:ClientId': pools.own.clientId,
  'cognito:Issuer': `${pools.own.issuer},${pools.own.otherIssuer}`,
  'cognito:JwksUri': `${pools.own.issuer}/.well-known/jwks.json`,
  'signIn:Endpoint': `${pools.endpoint}/`,
});

export async function startStack({ processes, settings, withRedis = false, ...others } = {}) {
  const started = [];
  const stop = () => Promise.all(started.map((each) => each.stop()));
  try {
    const pools = await startPools();
    started.push(pools);
    const redis = withRedis ? await startRedis() : undefined;
    started.push(...(redis ? [redis] : []));
    const application = await startApplication({
      ...others,
      processes,
      settings: {
        ...settingsFor(pools),
        ...(redis && { 'notes:Redis': redis.address }),
        ...(typeof settings === 'function' ? settings(pools) : settings),
      },
    });
    started.push(application);
    return { pools, redis, application, url: application.url, stop };
  } catch (error) {
    await stop();
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
