import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const dir = mkdtempSync(join(tmpdir(), 'aftermath-flights-'));
after(() => rmSync(dir, { recursive: true }));

const aftermath = (...words: string[]) =>
  promisify(execFile)(process.execPath, [join(ROOT, 'src', 'main.ts'), ...words], { cwd: ROOT });

test('the flights example: its settings run, both models are scored, and the report has the same error by airport', async () => {
  const run = 'run --config examples/flights/flights.toml --rows 1500 --speed 4000000 --no-page --logs';
  const { stdout } = await aftermath(...run.split(' '), dir);
  const [, mae] = /^linear: MAE ([\d.]+) min.* on 1,500 of 1,500 predictions$/m.exec(stdout) ?? [];
  assert.match(stdout, /^boosting: MAE [\d.]+ min.* on 1,500 of 1,500 predictions$/m);
  assert.match(stdout, /^linear is off by [\d.]+.*\smin on average\./m);
  assert.match(stdout, /^errors {2}0 .*█.* min/m);
  const log = join(dir, 'metric_log.csv');
  const report = JSON.parse((await aftermath('report', log, '--json')).stdout) as {
    figures: { mae: { value: number } };
  };
  assert.equal(report.figures.mae.value.toPrecision(3), mae);
  await aftermath('plot', log, '--out', join(dir, 'pictures'), '--slice', 'origin', '--units', 'min');
});
