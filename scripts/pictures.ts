/**
 * Makes the pictures of the documents from a real run of examples/flights: the page in a real Chromium, and charts.
 *
 * Usage: npm run pictures
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, chromiumPath } from '../test/setup/chromium.ts';

const ROOT = join(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs', 'images');
const EXAMPLE = join(IMAGES, 'flights');
/** Some way into the five months, which take half a minute. */
const SECONDS = 26;

mkdirSync(EXAMPLE, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'aftermath-pictures-'));
const run = spawn(
  process.execPath,
  [
    join(ROOT, 'bin', 'aftermath.cjs'),
    'run',
    '--config',
    'examples/flights/flights.toml',
    '--logs',
    folder,
    '--port',
    '0',
    '--speed',
    '400000',
  ],
  { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
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
const page = await browser.newPage({ viewport: { width: 1280, height: 950 }, deviceScaleFactor: 1.5 });
await page.goto(url);
await new Promise((resolve) => {
  setTimeout(resolve, SECONDS * 1000);
});
await page.screenshot({ path: join(IMAGES, 'page.png') });
for (const name of ['error-by-slice', 'error-over-time']) {
  const picture = await fetch(new URL(`charts/${name}.png`, url));
  if (!picture.ok) throw new Error(`Cannot draw ${name}: the page answers ${picture.status}`);
  writeFileSync(join(EXAMPLE, `${name}.png`), Buffer.from(await picture.arrayBuffer()));
}
await browser.close();
const ended = new Promise((resolve) => run.once('close', resolve));
run.kill('SIGTERM');
await ended;
copyFileSync(join(folder, 'error_distribution.png'), join(IMAGES, 'error_distribution.png'));
rmSync(folder, { recursive: true });
