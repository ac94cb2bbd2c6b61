// Debian's Chromium, driven by playwright-core, which brings no browser of its own.

import { existsSync } from 'node:fs';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Why there is no browser to test in; undefined if there is one. */
export const missing = program === undefined
  ? 'there is no Chromium (eng/prepare.sh: prepare browser)'
  : Number(process.versions.node.split('.')[0]) < 20
    ? `playwright-core needs Node 20, this is ${process.version}`
    : undefined;

/** A browser with a profile of its own, which goes when the browser is closed. */
export async function startBrowser() {
  // Not at the top: an old Node cannot even load it.
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: program,
    // Root has no sandbox, and nothing but the application under test is to be talked to.
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
    // processes.mjs sees to these, and playwright to the end of this process.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
