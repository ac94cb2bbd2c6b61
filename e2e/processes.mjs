// Manages child processes and temporary folders. However this process ends, everything that it started ends too, and nothing else.
// Each child is stopped by the pid that spawn() returned, never by its name.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const running = new Set();
const folders = new Set();

// If Linux has setpriv, the kernel ends the child when this process is killed with SIGKILL.
const dieWithParent = spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0
  ? ['setpriv', '--pdeathsig', 'KILL', '--']
  : [];

export function temporaryFolder(name) {
  const folder = mkdtempSync(path.join(os.tmpdir(), `cognitoowin-${name}-`));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder) {
  if (process.env.E2E_KEEP !== '1') {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
  folders.delete(folder);
}

/** Starts a program that writes its output to `log`. The result tells whether the program has ended, and can stop it. */
export function start(name, command, { cwd, env, log }) {
  const output = openSync(log, 'a');
  const [program, ...args] = [...dieWithParent, ...command];
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
  closeSync(output);

  const started = {
    name,
    pid: child.pid,
    ended: undefined,
    log: () => readFileSync(log, 'utf8'),
    async stop() {
      for (const [signal, milliseconds] of [['SIGTERM', 3000], ['SIGKILL', 3000]]) {
        if (started.ended === undefined) {
          child.kill(signal);
          await Promise.race([exit, delay(milliseconds, undefined, { ref: false })]);
        }
      }
    },
    kill: () => child.kill('SIGKILL'),
    /** Makes the program hang: its connections stay open, and it answers nothing until thaw(). */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
  };
  running.add(started);
  const exit = new Promise((resolve) => {
    const end = (why) => {
      started.ended ??= why;
      running.delete(started);
      resolve();
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(signal ?? `exit status ${code}`));
  });
  return started;
}

/** Polls until `condition` returns something true. Throws when the time is over, or earlier if `child` ends. */
export async function waitUntil(condition, { what, seconds, child }) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const result = await condition().catch(() => undefined);
    if (result) {
      return result;
    }
    if (child?.ended !== undefined) {
      throw new Error(`${child.name} ended early (${child.ended}):\n${child.log().slice(-4000)}`);
    }
    if (Date.now() > end) {
      throw new Error(`Waited ${seconds} seconds for ${what}.${child ? `\n${child.log().slice(-4000)}` : ''}`);
    }
    await delay(50);
  }
}

/** Finds a free loopback port. Another process may take it first, so the caller must retry with another port. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export async function withRetries(attempts, attempt) {
  for (let left = attempts - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) {
        throw error;
      }
    }
  }
}

export function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

function endEverything() {
  for (const child of running) {
    child.kill();
  }
  for (const folder of folders) {
    removeFolder(folder);
  }
}

process.on('exit', endEverything);
for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.once(signal, async () => {
    await Promise.all([...running].map((child) => child.stop()));
    process.exit(status);
  });
}
