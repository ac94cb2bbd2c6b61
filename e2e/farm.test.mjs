// Revocations on a farm: four processes behind nginx share them through Redis, while 16 clients send requests, and everything fails that can.
// Build the sample first: dotnet build samples/Notes -c Release

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startApplication } from './application.mjs';
import { bearer, otherConnections, send } from './client.mjs';
import { startDatabase } from './database.mjs';
import { startPools } from './pool.mjs';
import { waitUntil } from './processes.mjs';
import { startRedis } from './redis.mjs';
import { sign } from './sign.mjs';
import { settingsFor, startStack } from './stack.mjs';
import { farmStory, runStep } from './story.mjs';

const processes = 4;
const clients = 16;
const prefix = '{cognito-revocations}:';

describe('the story of two servers', () => {
  const memory = {};
  before(async () => {
    Object.assign(memory, await startStack({ processes: 2, withRedis: true }));
    await Promise.all(memory.application.servers.map((server) => waitUntil(
      async () => (await send(server, { path: '/health' })).status === 200, { what: `${server}/health`, seconds: 60 })));
  }, { timeout: 120_000 });
  after(() => memory.stop?.());

  for (const step of farmStory) {
    it(`${step.name}: ${step.expected}`, async () => {
      (await runStep(step, memory.url, memory)).check();
    });
  }
});

describe('four processes that share their revocations through Redis', () => {
  let pools, database, redis, application, others;
  const revoked = [];

  before(async () => {
    [pools, database, redis] = await Promise.all([startPools(), startDatabase(), startRedis()]);
    application = await startApplication({
      processes, database: database.connection, settings: { ...settingsFor(pools), 'notes:Redis': redis.address },
    });
    await untilReady();
    // The users whom no revocation may affect.
    others = Array.from({ length: 40 }, (_, i) => createToken(`other${i}`));
    for (const token of others) {
      await Promise.all(application.servers.map((server) => get(server, token)));
    }
  }, { timeout: 180_000 });
  after(async () => {
    await application?.stop();
    await Promise.all([pools?.stop(), database?.stop(), redis?.stop()]);
  });

  const get = (url, token, agent) => send(url, { path: '/api/me', headers: [bearer(token)], agent });
  const health = async (server) => (await send(server, { path: '/health', agent: otherConnections })).json;
  const isRevoked = (answer) => answer.status === 401 && /"The token was revoked\."/.test(answer.challenge);
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

  function createToken(username) {
    const now = Math.floor(Date.now() / 1000);
    return sign({
      sub: `sub-of-${username}`, iss: pools.own.issuer, token_use: 'id', auth_time: now, iat: now, exp: now + 7200, jti: randomUUID(),
      aud: pools.own.clientId, 'cognito:username': username, email: `${username}@example.com`,
    });
  }

  async function untilReady(servers = application.servers) {
    await Promise.all(servers.map((server) => waitUntil(
      async () => {
        const state = await health(server);
        return state.isUsable && !state.isDegraded;
      },
      { what: `${server}/health`, seconds: 60 })));
  }

  /** Revokes a new token at one server, after all given ones have accepted it. Returns the token and the status. */
  async function revoke(index, expected, on = application.servers) {
    const token = createToken(`victim${revoked.length}`);
    for (const server of on) {
      const answer = await get(server, token, otherConnections);
      assert.equal(answer.status, 200, answer.text);
    }
    const answer = await send(application.servers[index], {
      method: 'DELETE', path: '/api/session/token', headers: [bearer(token)], agent: otherConnections,
    });
    assert.equal(answer.status, expected, answer.text);
    revoked.push(token);
    return token;
  }

  /** Asks servers until each refuses a token. Returns the longest time in milliseconds. */
  async function untilRefused(token, { on = application.servers, seconds = 20 } = {}) {
    const started = performance.now();
    await Promise.all(on.map((server) => waitUntil(
      async () => isRevoked(await get(server, token, otherConnections)), { what: `the refusal by ${server}`, seconds })));
    return performance.now() - started;
  }

  async function allRefused(on = application.servers) {
    for (const token of revoked) {
      for (const server of on) {
        const answer = await get(server, token, otherConnections);
        assert.ok(isRevoked(answer), `${server} forgot a revocation: ${answer.status} ${answer.challenge ?? answer.text}`);
      }
    }
  }

  /**
   * Sends requests of the other users from 16 clients until `work` has ended, and at least `least` of them. A valid token must never be refused. 503 and 502 are
   * counted: a server that starts, or that was killed.
   */
  async function underLoad(test, work, least = 0) {
    const statuses = new Map();
    let isOver = false;
    let count = 0;
    const ended = work().finally(() => { isOver = true; });
    await Promise.all([ended, ...Array.from({ length: clients }, async (_, client) => {
      for (let i = client; !isOver || count < least; i++) {
        count++;
        const answer = await get(application.url, others[i % others.length]).catch((error) => ({ status: error.code }));
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        assert.notEqual(answer.status, 401, `A valid token was refused: ${answer.challenge}`);
        if (answer.status !== 200) {
          await delay(50);
        }
      }
    })]);
    test.diagnostic(`other requests: ${[...statuses].map(([status, number]) => `${number} times ${status}`).join(', ')}`);
    return statuses;
  }

  it('a revocation on one is refused on all within a second, and 10,000 other requests are not affected', async (test) => {
    const delays = [];
    const statuses = await underLoad(test, async () => {
      for (let i = 0; i < 60; i++) {
        delays.push(await untilRefused(await revoke(i % processes, 204)));
      }
    }, 10_000);

    test.diagnostic(`${delays.length} revocations, refused on all ${processes}: median ${median(delays).toFixed(0)} ms, longest ${Math.max(...delays).toFixed(0)} ms`);
    assert.ok(Math.max(...delays) < 1000, `${Math.max(...delays)} ms`);
    assert.deepEqual([...statuses.keys()], [200]);
    await allRefused();
  }, { timeout: 300_000 });

  it('Redis is killed and restarted with its data: revocations of the outage follow', async (test) => {
    const statuses = await underLoad(test, async () => {
      await redis.kill();
      const token = await revoke(0, 202);
      assert.ok(isRevoked(await get(application.servers[0], token, otherConnections)), 'It is in force on its own server.');
      await waitUntil(async () => (await health(application.servers[1])).isDegraded, { what: 'the degraded state', seconds: 20 });
      assert.equal((await health(application.servers[0])).revocations.pendingWrites, 1);
      assert.ok((await health(application.servers[0])).isUsable);

      await redis.restart({ withData: true });
      test.diagnostic(`refused on all ${(await untilRefused(token)).toFixed(0)} ms after the restart of Redis`);
      await untilReady();
    });
    assert.deepEqual([...statuses.keys()], [200]);
    await allRefused();
  }, { timeout: 120_000 });

  it('Redis is killed and restarted without its data, and a server too: nothing is forgotten', async (test) => {
    await underLoad(test, async () => {
      await redis.kill();
      application.kill(1);
      await redis.restart({ withData: false });
      await application.restart(1);
      await untilReady();
      await allRefused();
    });
    assert.equal(Number(redis.command('HLEN', `${prefix}entries`)), revoked.length);
  }, { timeout: 120_000 });

  for (const [what, command] of [
    ['FLUSHALL', ['FLUSHALL']],
    // RedisStoreTests deletes each of the four keys.
    ...['meta', 'entries'].map((key) => [`eviction of ${key}`, ['DEL', prefix + key]]),
  ]) {
    it(`${what}, and a server is killed and restarted: nothing is forgotten`, async (test) => {
      const index = what.length % processes;
      await underLoad(test, async () => {
        redis.command(...command);
        await application.restart(index);
        await untilReady();
        await allRefused([application.servers[index]]);
        await untilRefused(await revoke(index, 204));
      });
      await waitUntil(async () => Number(redis.command('HLEN', `${prefix}entries`)) === revoked.length, { what: 'the repair', seconds: 20 });
    }, { timeout: 120_000 });
  }

  for (const fault of ['cut', 'hang']) {
    it(`the connections of one server ${fault === 'cut' ? 'are cut' : 'hang'}: it goes on with what it knows, and follows later`, async (test) => {
      const [server, ...rest] = [3, 0, 1, 2].map((index) => application.servers[index]);
      const statuses = await underLoad(test, async () => {
        redis.proxy[fault](application.pid(3));
        const token = await revoke(0, 204, rest);
        assert.ok(await untilRefused(token, { on: rest }) < 1000);
        const own = await revoke(3, 202, [server]);
        assert.ok(isRevoked(await get(server, own, otherConnections)));
        await waitUntil(async () => (await health(server)).isDegraded, { what: 'the degraded state', seconds: 30 });
        assert.equal((await get(server, others[0], otherConnections)).status, 200);

        redis.proxy.heal(application.pid(3));
        const back = Math.max(await untilRefused(token, { on: [server], seconds: 40 }), await untilRefused(own));
        test.diagnostic(`known to all ${back.toFixed(0)} ms after the connection was possible again`);
        await untilReady();
      });
      assert.deepEqual([...statuses.keys()], [200]);
      await allRefused();
    }, { timeout: 120_000 });
  }

  it('a server that starts while Redis is down answers 503 until Redis is back, and then knows all', async (test) => {
    await underLoad(test, async () => {
      await redis.kill();
      await application.restart(2);
      const answer = await get(application.servers[2], others[0], otherConnections);
      assert.equal(answer.status, 503);
      assert.match(answer.headers['retry-after'], /^\d+$/);
      assert.equal(answer.challenge, undefined);
      assert.equal((await send(application.servers[2], { path: '/api/public' })).status, 200);
      assert.equal((await health(application.servers[2])).isUsable, false);
      for (const server of [0, 1, 3].map((index) => application.servers[index])) {
        assert.equal((await get(server, others[0], otherConnections)).status, 200);
      }

      await redis.restart({ withData: true });
      await untilReady();
    });
    await allRefused();
  }, { timeout: 120_000 });

  it('foreign messages and entries are ignored', async (test) => {
    await underLoad(test, async () => {
      for (const message of ['', 'hello', '-1', '{"revoke":"all"}', 'x'.repeat(100_000)]) {
        redis.command('PUBLISH', `${prefix}changed`, message);
      }
      redis.command('HSET', `${prefix}entries`, `t/${pools.own.userPoolId}/${randomUUID()}`, 'not a revocation');
      await untilRefused(await revoke(1, 204));
    });
    await allRefused();
  }, { timeout: 60_000 });

  it('everything is killed and restarted, Redis with its data: nothing is forgotten', async () => {
    await redis.kill();
    application.servers.forEach((_, index) => application.kill(index));
    await redis.restart({ withData: true });
    await Promise.all(application.servers.map((_, index) => application.restart(index)));
    await untilReady();
    await allRefused();
  }, { timeout: 180_000 });

  it('a million revocations: a server that starts has read them in bounded time', async (test) => {
    // Two servers are enough here, and two processors need a minute for four.
    application.kill(2);
    application.kill(3);
    const running = application.servers.slice(0, 2);
    const number = 1_000_000 - revoked.length - 1;
    const before = used();
    // As the servers write them, but without a round trip for each.
    const script = `
      local last = tonumber(redis.call('HGET', KEYS[1], 'last'))
      for i = ARGV[1], ARGV[1] + 9999 do
        if i >= tonumber(ARGV[2]) then break end
        local key = string.format('t/%s/%08x-0000-4000-8000-%012x', ARGV[3], i, i)
        redis.call('HSET', KEYS[2], key, ARGV[4])
        redis.call('ZADD', KEYS[3], string.format('%.0f', last + 1 + i - ARGV[1]), key)
        redis.call('ZADD', KEYS[4], string.match(ARGV[4], '%d+$'), key)
      end
      redis.call('HSET', KEYS[1], 'last', string.format('%.0f', last + 10000), 'count', redis.call('HLEN', KEYS[2]))`;
    const keys = ['meta', 'entries', 'log', 'expiry'].map((key) => prefix + key);
    for (let i = 0; i < number; i += 10_000) {
      redis.command('EVAL', script, '4', ...keys, String(i), String(number), pools.own.userPoolId, `253402300799999 ${Date.now() + 86_400_000}`);
    }
    test.diagnostic(`Redis: ${((used() - before) / number).toFixed(0)} bytes per revocation`);

    const inserted = performance.now();
    await waitUntil(
      async () => (await Promise.all(running.map(health))).every((state) => state.revocations.entries === 1_000_000 - 1),
      { what: 'the reading by the servers', seconds: 240 });
    test.diagnostic(`the ${running.length} running servers had read them ${((performance.now() - inserted) / 1000).toFixed(1)} s later`);

    application.kill(0);
    const started = performance.now();
    const statuses = new Set();
    const restart = application.restart(0).then(() => { statuses.add('started'); return performance.now(); });
    const startedAt = await restart;
    await waitUntil(async () => {
      const { status } = await get(application.servers[0], others[0], otherConnections);
      statuses.add(status);
      return status === 200;
    }, { what: 'the first accepted token', seconds: 120 });
    const seconds = (performance.now() - startedAt) / 1000;
    test.diagnostic(`the process started within ${((startedAt - started) / 1000).toFixed(1)} s, and accepted its first token ${seconds.toFixed(1)} s later; `
      + `${(resident(application.pid(0)) / 1024).toFixed(0)} MB resident`);
    assert.deepEqual([...statuses], ['started', 503, 200]);
    assert.ok(seconds < 90, `${seconds} s`);
    assert.equal((await health(application.servers[0])).revocations.entries, 1_000_000 - 1);
    await allRefused([application.servers[0]]);
  }, { timeout: 600_000 });

  const used = () => Number(redis.command('INFO', 'memory').match(/used_memory:(\d+)/)[1]);
  // Kilobytes.
  const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

  it('the logs contain no token', () => {
    assert.doesNotMatch(application.log(), /eyJ[\w-]+\.[\w-]+\./);
  });
});
