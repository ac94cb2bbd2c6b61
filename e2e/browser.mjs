// Starts Debian's Chromium with playwright-core, which does not contain a browser.

import { existsSync } from 'node:fs';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** The reason why no browser is available; undefined if there is one. */
export const missing = program === undefined
  ? 'there is no Chromium (eng/prepare.sh: prepare browser)'
  : Number(process.versions.node.split('.')[0]) < 20
    ? `playwright-core needs Node 20, this is ${process.version}`
    : undefined;

/** Starts a browser with its own profile, which is deleted when the browser is closed. */
export async function startBrowser() {
  // Imported here and not at the top of the file, because an old Node cannot load playwright-core.
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: program,
    // Chromium's sandbox does not work for root. The other options stop connections to anything but the tested application.
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
    // processes.mjs handles these signals. playwright closes the browser when this process ends.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
