// Starts Redis on a free loopback port, with its data in a temporary folder, and a proxy before it that can break connections.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { accepts, freePort, removeFolder, start, temporaryFolder, waitUntil, withRetries } from './processes.mjs';

export async function startRedis() {
  const folder = temporaryFolder('redis');
  const startServer = async (port) => {
    const child = start(
      'redis-server',
      [
        'redis-server', '--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'yes',
        '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction',
      ],
      { cwd: folder, log: path.join(folder, 'redis.log') });
    await waitUntil(() => accepts(port), { what: 'redis-server', seconds: 30, child });
    return { child, port };
  };
  try {
    let { child, port } = await withRetries(3, async () => startServer(await freePort()));
    const proxy = await startProxy(port);
    return {
      address: `127.0.0.1:${proxy.port}`,
      proxy,
      log: () => child.log(),
      /** Runs a command with redis-cli, past the proxy. */
      command: (...command) => execFileSync('redis-cli', ['-p', String(port), ...command], { encoding: 'utf8' }).trim(),
      /** Ends Redis with SIGKILL. */
      async kill() {
        child.kill();
        await waitUntil(async () => child.ended !== undefined, { what: 'the end of redis-server', seconds: 10 });
      },
      /** Starts Redis again after kill(). */
      async restart({ withData }) {
        if (!withData) {
          rmSync(path.join(folder, 'appendonlydir'), { recursive: true });
        }
        ({ child } = await startServer(port));
      },
      async stop() {
        proxy.stop();
        await child.stop();
        removeFolder(folder);
      },
    };
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}

// Forwards connections to a port. A connection belongs to the process that opened it, so one server can be cut off alone.
async function startProxy(target) {
  const connections = new Set();
  const broken = new Map();
  const connectionsOf = (pid) => [...connections].filter(({ owner }) => owner === pid);
  const setHanging = ({ client, upstream }, isHanging) => {
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      if (isHanging) {
        from.unpipe(to);
        from.pause();
      } else {
        from.pipe(to);
      }
    }
  };
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1');
    const connection = { client, upstream, owner: ownerOf(client.remotePort) };
    connections.add(connection);
    const end = () => {
      connections.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      from.on('error', end);
      from.on('close', end);
      from.pipe(to);
    }
    if (broken.get(connection.owner) === 'cut') {
      end();
    } else if (broken.get(connection.owner) === 'hang') {
      setHanging(connection, true);
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: server.address().port,
    /** Ends the connections of a process, and refuses new ones. */
    cut(pid) {
      broken.set(pid, 'cut');
      connectionsOf(pid).forEach(({ client }) => client.destroy());
    },
    /** Lets the connections of a process hang, and new ones too. What they send arrives when they are healed. */
    hang(pid) {
      broken.set(pid, 'hang');
      connectionsOf(pid).forEach((connection) => setHanging(connection, true));
    },
    heal(pid) {
      broken.delete(pid);
      connectionsOf(pid).forEach((connection) => setHanging(connection, false));
    },
    stop() {
      server.close();
      connections.forEach(({ client }) => client.destroy());
    },
  };
}

/** Finds the process that has a loopback connection from a port. */
function ownerOf(port) {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFileSync(file, 'utf8')).join('\n');
  const row = tables.split('\n').map((line) => line.trim().split(/\s+/)).find(([, address]) => address?.endsWith(local));
  const socket = `socket:[${row?.[9]}]`;
  return Number(readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && hasFile(pid, socket)));
}

function hasFile(pid, name) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((file) => readlinkSync(`/proc/${pid}/fd/${file}`) === name);
  } catch {
    return false;
  }
}
