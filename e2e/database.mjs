// Starts MariaDB on a free loopback port, with its data in a temporary folder.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { accepts, freePort, removeFolder, start, temporaryFolder, waitUntil, withRetries } from './processes.mjs';

const password = 'only-on-loopback';

export async function startDatabase() {
  const folder = temporaryFolder('database');
  try {
    const data = path.join(folder, 'data');
    const temporary = path.join(folder, 'tmp');
    mkdirSync(temporary);
    // mariadbd runs as root only if the command line names root.
    const user = `--user=${os.userInfo().username}`;
    execFileSync(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${data}`, user, '--skip-test-db', '--auth-root-authentication-method=normal'],
      { stdio: 'pipe', env: { ...process.env, TMPDIR: temporary } });
    const setup = path.join(folder, 'setup.sql');
    writeFileSync(setup, `
CREATE DATABASE IF NOT EXISTS notes;
CREATE USER IF NOT EXISTS 'notes'@'127.0.0.1' IDENTIFIED BY '${password}';
GRANT ALL ON notes.* TO 'notes'@'127.0.0.1';
`);

    const startServer = async (port) => {
      const server = start(
        'mariadbd',
        [
          program(), '--no-defaults', user, `--datadir=${data}`, `--tmpdir=${temporary}`, `--init-file=${setup}`,
          '--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve',
          `--socket=${path.join(folder, 'socket')}`, `--pid-file=${path.join(folder, 'pid')}`,
          '--max-connections=500', '--innodb-buffer-pool-size=64M', '--innodb-flush-log-at-trx-commit=2',
        ],
        { cwd: folder, log: path.join(folder, 'mariadb.log') });
      await waitUntil(() => accepts(port), { what: 'mariadbd', seconds: 60, child: server });
      return { child: server, port };
    };
    let { child, port } = await withRetries(3, async () => startServer(await freePort()));
    const client = (...options) => [
      '--no-defaults', '--protocol=tcp', '--host=127.0.0.1', `--port=${port}`, '--user=notes', `--password=${password}`,
      '--batch', '--skip-column-names', ...options, 'notes',
    ];

    return {
      connection: {
        connectionString: `Server=127.0.0.1;Port=${port};Database=notes;User ID=notes;Password=${password}`,
        providerName: 'MySqlConnector',
      },
      /** Runs a query with MariaDB's own client. Returns its rows, each as a list of strings. */
      query: (sql) => execFileSync('mariadb', client(`--execute=${sql}`), { encoding: 'utf8' })
        .split('\n').filter((line) => line).map((line) => line.split('\t')),
      /** Locks a table for everybody else. Resolves when it is locked, with a function that unlocks it. */
      lock: (table) => new Promise((resolve, reject) => {
        const holder = spawn('mariadb', client('--unbuffered'), { stdio: ['pipe', 'pipe', 'inherit'] });
        const ended = new Promise((end) => { holder.on('exit', end); });
        holder.on('error', reject);
        holder.on('exit', () => reject(new Error('The lock has ended.')));
        holder.stdout.once('data', () => resolve(async () => {
          holder.stdin.end('UNLOCK TABLES;\n');
          await ended;
        }));
        holder.stdin.write(`LOCK TABLES ${table} WRITE; SELECT 'locked';\n`);
      }),
      /** Stops the server. Its data and its port stay the same. */
      pause: () => child.stop(),
      async resume() {
        ({ child } = await startServer(port));
      },
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

// Debian installs mariadbd in a folder that the PATH of an ordinary user may not contain.
const program = () => (existsSync('/usr/sbin/mariadbd') ? '/usr/sbin/mariadbd' : 'mariadbd');
