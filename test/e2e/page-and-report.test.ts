import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { type Page, chromium } from 'playwright-core';
import { figureMeaning } from '../../src/wire/figure-meaning.ts';
import { figureText } from '../../src/plot/words/figure-text.ts';
import type { FigureValue } from '../../src/stats/figure.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../setup/chromium.ts';

const ROOT = join(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'bin/aftermath.cjs');
const EXAMPLE = join(ROOT, 'examples/diabetes');
const FIXTURES = join(ROOT, 'test/model/fixtures/sklearn-1.4.2');
/** Sums over all outcomes: the running ones are the exact ones. */
const LINEAR = ['mae', 'mse', 'rmse', 'bias', 'r2', 'explained_variance', 'mape', 'smape'];
const OF_LABELS = ['accuracy', 'mae', 'balanced_accuracy', 'precision', 'recall', 'specificity', 'f1', 'mcc'];
const OF_PROBABILITIES = ['log_loss', 'brier'];

test('every linear figure on the page of a real run is what report says of its log', async (t) => {
  const { page, report, shown } = await bothOf(t, { rows: 442, files: writeNumbers });
  for (const name of LINEAR) {
    const figure = report[name];
    assert.ok(figure !== undefined, name);
    assert.equal(shown(name), figure.value, name);
    await assertInTable(page, name, figure);
  }
});

test("a classifier's figures on the page of a real run are what report says of its log", async (t) => {
  const { page, report, shown } = await bothOf(t, { rows: 120, files: writeClasses });
  for (const name of OF_LABELS) {
    const figure = report[name];
    assert.ok(figure !== undefined, name);
    assert.equal(shown(name), figure.value, name);
    await assertInTable(page, name, figure);
  }
  for (const name of OF_PROBABILITIES) {
    // The log has what the true class lacked to 1: the probability itself comes back to the last place but one.
    const figure = report[name] ?? { value: Number.NaN };
    assert.ok(Math.abs(shown(name) / figure.value - 1) < 1e-12, name);
    await assertInTable(page, name, figure);
  }
});

/**
 * A run of which all rows but the last have their truth: its page in a browser, the figures of its page's file, and those of
 * `report` on its log.
 */
async function bothOf(
  t: TestContext,
  { rows, files }: { readonly rows: number; readonly files: (folder: string) => Promise<string[]> },
) {
  const folder = await mkdtemp(join(tmpdir(), 'aftermath-page-report-'));
  t.after(() => rm(folder, { recursive: true }));
  const logs = join(folder, 'logs');
  const settings = ['--port', '0', '--logs', logs, '--speed', '1', ...(await files(folder))];
  const run = spawn(process.execPath, [LAUNCHER, 'run', ...settings]);
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
  await page.getByText(`On ${rows - 1} of ${rows} predictions`).waitFor({ timeout: 60_000 });

  const log = join(logs, 'metric_log.csv');
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, 'report', log, '--json']);
  const report = JSON.parse(stdout) as { rows: number; figures: Record<string, FigureValue> };
  assert.equal(report.rows, rows - 1);
  const csv = await (await page.request.get(new URL('figures.csv', page.url()).href)).text();
  const shown = (name: string): number => {
    const line = csv.split('\r\n').find((each) => each.split(',')[3] === name);
    return Number(line?.split(',')[4]);
  };
  return { page, report: report.figures, shown };
}

/** How unsure a figure is says how many digits of it are shown. */
async function assertInTable(page: Page, name: string, figure: FigureValue): Promise<void> {
  const row = page.getByRole('row').filter({
    has: page.getByRole('rowheader', { name: figureMeaning(name).title, exact: true }),
  });
  const shown = figureText(name, figure, { units: undefined, locale: 'en' });
  const cell = (await row.getByRole('cell').textContent())?.replaceAll('\u00A0', ' ') ?? '';
  assert.equal(cell.split(' ')[0], shown.value, name);
}

/** The diabetes rows. */
async function writeNumbers(folder: string): Promise<string[]> {
  const [head, ...rows] = (await readFile(join(EXAMPLE, 'diabetes.csv'), 'utf8')).trim().split('\n');
  return await writeRows(folder, {
    head: head!,
    rows,
    target: 'progression',
    model: join(EXAMPLE, 'diabetes_linear.pkl'),
  });
}

/** The rows of a classifier's fixture with what it says of them, but for every fifth, of which the other class is true. */
async function writeClasses(folder: string): Promise<string[]> {
  const rows = (await readFile(join(FIXTURES, 'X_test.csv'), 'utf8')).trim().split('\n');
  const golden = await readFile(join(FIXTURES, 'minmax_logistic.golden.json'), 'utf8');
  const { predict } = JSON.parse(golden) as { predict: number[] };
  return await writeRows(folder, {
    head: `${rows[0]!
      .split(',')
      .map((_, i) => `f${i}`)
      .join(',')},label`,
    rows: rows.map((row, i) => `${row},${i % 5 === 0 ? 1 - predict[i]! : predict[i]}`),
    target: 'label',
    model: join(FIXTURES, 'minmax_logistic.joblib'),
  });
}

/** All rows within a second, their truths at once but for the last: so the run stays as it is. */
async function writeRows(
  folder: string,
  { head, rows, target, model }: Readonly<Record<'head' | 'target' | 'model', string>> & { rows: string[] },
): Promise<string[]> {
  const made = rows.map((row, i) => {
    const truth = i === rows.length - 1 ? '2026-01-01T10:00:00Z' : '2026-01-01T00:00:01Z';
    return `2026-01-01T00:00:00Z,${truth},${row}`;
  });
  const path = join(folder, 'rows.csv');
  await writeFile(path, [`made_at,known_at,${head}`, ...made, ''].join('\n'));
  const settings = { data: path, target, time: 'made_at', 'truth-time': 'known_at', model };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}
