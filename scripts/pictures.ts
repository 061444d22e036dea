/**
 * Makes the pictures of the README from a real run: the page in a real Chromium, and the distribution.
 *
 * Usage: npm run pictures
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, chromiumPath } from '../test/setup/chromium.ts';

const ROOT = join(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs', 'images');
const SECONDS = 40;

const folder = mkdtempSync(join(tmpdir(), 'aftermath-pictures-'));
const run = spawn(
  process.execPath,
  [
    join(ROOT, 'bin', 'aftermath.cjs'),
    'run',
    '--logs',
    folder,
    '--port',
    '0',
    '--rate',
    '100',
    '--order',
    'random',
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const url = await new Promise<string>((resolve) => {
  let said = '';
  run.stdout.on('data', (text: Buffer) => {
    said += text.toString();
    const [found] = /http:\S+/.exec(said) ?? [];
    if (found !== undefined) resolve(found);
  });
});
const browser = await chromium.launch({
  executablePath: await chromiumPath(),
  args: CHROMIUM_ARGS,
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1.5 });
await page.goto(url);
await new Promise((resolve) => {
  setTimeout(resolve, SECONDS * 1000);
});
await page.screenshot({ path: join(IMAGES, 'page.png') });
await browser.close();
const ended = new Promise((resolve) => run.once('close', resolve));
run.kill('SIGTERM');
await ended;
copyFileSync(join(folder, 'error_distribution.png'), join(IMAGES, 'error_distribution.png'));
rmSync(folder, { recursive: true });
