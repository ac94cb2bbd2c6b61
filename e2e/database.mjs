// Starts MariaDB on a free loopback port, with its data in a temporary folder.

import { execFileSync } from 'node:child_process';
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

    const { child, port } = await withRetries(3, async () => {
      const free = await freePort();
      const server = start(
        'mariadbd',
        [
          program(), '--no-defaults', user, `--datadir=${data}`, `--tmpdir=${temporary}`, `--init-file=${setup}`,
          '--bind-address=127.0.0.1', `--port=${free}`, '--skip-name-resolve',
          `--socket=${path.join(folder, 'socket')}`, `--pid-file=${path.join(folder, 'pid')}`,
          '--max-connections=500', '--innodb-buffer-pool-size=64M', '--innodb-flush-log-at-trx-commit=2',
        ],
        { cwd: folder, log: path.join(folder, 'mariadb.log') });
      await waitUntil(() => accepts(free), { what: 'mariadbd', seconds: 60, child: server });
      return { child: server, port: free };
    });

    return {
      connection: {
        connectionString: `Server=127.0.0.1;Port=${port};Database=notes;User ID=notes;Password=${password}`,
        providerName: 'MySqlConnector',
      },
      /** Runs a query with MariaDB's own client. Returns its rows, each as a list of strings. */
      query: (sql) => execFileSync(
        'mariadb',
        ['--no-defaults', '--protocol=tcp', '--host=127.0.0.1', `--port=${port}`, '--user=notes', `--password=${password}`,
          '--batch', '--skip-column-names', `--execute=${sql}`, 'notes'],
        { encoding: 'utf8' }).split('\n').filter((line) => line).map((line) => line.split('\t')),
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
