// Takes the screenshots of the sample's page for docs/images:  node screenshots.mjs
// The tests do not run this, because tokens and times, and so the files, differ in each run.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startBrowser } from './browser.mjs';
import { users } from './pool.mjs';
import { startStack } from './stack.mjs';

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url));
mkdirSync(folder, { recursive: true });

const views = {
  desktop: { viewport: { width: 1200, height: 800 } },
  phone: { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const states = {
  'signed-in': async (page, view) => {
    await signIn(page);
    if (view === 'desktop') {
      await call(page, 'GET /api/me');
    }
  },
  refused: async (page) => {
    await signIn(page);
    await page.getByLabel('Tampered token').check();
    await call(page, 'GET /api/notes');
  },
};

const pictures = [
  ['desktop', 'signed-in', 'light'],
  ['desktop', 'refused', 'light'],
  ['phone', 'signed-in', 'light'],
  ['phone', 'refused', 'dark'],
];

const stack = await startStack();
const browser = await startBrowser();
try {
  for (const [view, state, colorScheme] of pictures) {
    const context = await browser.newContext({ ...views[view], colorScheme, reducedMotion: 'reduce', locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(stack.url);
    await states[state](page, view);
    await page.mouse.move(0, 0);
    const file = `page-${state}-${view}${colorScheme === 'dark' ? '-dark' : ''}.png`;
    // A phone's picture shows one screen; the others show the whole page.
    await page.screenshot({ path: `${folder}${file}`, fullPage: view === 'desktop' });
    console.log(`docs/images/${file}`);
    await context.close();
  }
} finally {
  await browser.close();
  await stack.stop();
}

async function signIn(page) {
  await page.getByLabel('User name').fill(users.alice.username);
  await page.getByLabel('Password').fill(users.alice.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Signed in' }).waitFor();
}

async function call(page, name) {
  await page.getByRole('button', { name: `Call ${name}` }).click();
  await page.locator('#answer .status').waitFor();
}
