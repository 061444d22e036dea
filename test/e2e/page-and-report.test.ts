import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { figureMeaning } from '../../src/wire/figure-meaning.ts';
import { figureText } from '../../src/plot/words/figure-text.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../setup/chromium.ts';

const ROOT = join(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'bin/aftermath.cjs');
const EXAMPLE = join(ROOT, 'examples/diabetes');
/** Sums over all outcomes: the running ones are the exact ones. */
const LINEAR = ['mae', 'mse', 'rmse', 'bias', 'r2', 'explained_variance', 'mape', 'smape'];

test('every linear figure on the page of a real run is what report says of its log', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'aftermath-page-report-'));
  t.after(() => rm(folder, { recursive: true }));
  const rows = await writeRows(join(folder, 'rows.csv'));
  const run = spawn(process.execPath, [
    LAUNCHER,
    'run',
    '--port',
    '0',
    '--logs',
    join(folder, 'logs'),
    ...rows,
  ]);
  t.after(async () => {
    const ended = once(run, 'close');
    run.kill('SIGTERM');
    await ended;
  });
  let said = '';
  run.stdout.on('data', (text: Buffer) => (said += text.toString()));
  while (!/http:\S+/.test(said)) await once(run.stdout, 'data');
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS });
  t.after(() => browser.close());
  const page = await browser.newPage({ locale: 'en' });
  await page.goto(/http:\S+/.exec(said)?.[0] ?? '');
  await page.getByText('On 441 of 442 predictions').waitFor({ timeout: 60_000 });

  const log = join(folder, 'logs', 'metric_log.csv');
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, 'report', log, '--json']);
  const report = JSON.parse(stdout) as { rows: number; figures: Record<string, { value: number }> };
  assert.equal(report.rows, 441);
  const csv = await (await page.request.get(new URL('figures.csv', page.url()).href)).text();
  for (const name of LINEAR) {
    const value = report.figures[name]?.value;
    assert.ok(value !== undefined, name);
    const line = csv.split('\r\n').find((each) => each.split(',')[3] === name);
    assert.equal(Number(line?.split(',')[4]), value, name);
    const row = page.getByRole('row').filter({
      has: page.getByRole('rowheader', { name: figureMeaning(name).title, exact: true }),
    });
    const shown = figureText(name, { value }, { units: undefined, locale: 'en' });
    const cell = (await row.getByRole('cell').textContent())?.replaceAll('\u00A0', ' ') ?? '';
    assert.equal(cell.split(' ')[0], shown.value, name);
  }
});

/** The diabetes rows, all within a second, their truths at once but for the last: so the run stays as it is. */
async function writeRows(path: string): Promise<string[]> {
  const [head, ...rows] = (await readFile(join(EXAMPLE, 'diabetes.csv'), 'utf8')).trim().split('\n');
  const made = rows.map((row, i) => {
    const truth = i === rows.length - 1 ? '2026-01-01T10:00:00Z' : '2026-01-01T00:00:01Z';
    return `2026-01-01T00:00:00Z,${truth},${row}`;
  });
  await writeFile(path, [`made_at,known_at,${head}`, ...made, ''].join('\n'));
  const model = join(EXAMPLE, 'diabetes_linear.pkl');
  return `--data ${path} --target progression --time made_at --truth-time known_at --speed 1 --model ${model}`.split(
    ' ',
  );
}
