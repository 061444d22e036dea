import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/metric/report/report.ts';
import type { DriftReport } from '../../src/model/drift-report.ts';
import { Program } from '../e2e/program.ts';

const DIABETES = join(import.meta.dirname, '..', 'metric', 'fixtures', 'diabetes_linear.csv');

async function report(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  await using program = Program.aftermath(['report', DIABETES, ...args]);
  const code = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

test('report --fail-if ends with 1 where a condition holds and says by how much, the report itself stays whole', async () => {
  const { code, stdout, stderr } = await report('--json', '--fail-if', 'mae > 40', '--fail-if', 'rmse > 100');
  assert.equal(code, 1);
  assert.equal((JSON.parse(stdout) as Report).rows, 442);
  assert.equal(stderr, 'fails mae > 40: mae is 43.2775, 3.27745 above it\n');
  assert.equal((await report('--fail-if', 'mae > 50')).code, 0);
});

test('report --fail-if ends with 2 on a figure that is not there and on what is no condition', async () => {
  const unknown = await report('--fail-if', 'auc > 1');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no figure auc; it has rows, mae, /);
  const malformed = await report('--fail-if', 'mae is bad');
  assert.deepEqual([malformed.code, malformed.stdout], [2, '']);
});

test('report --bootstrap gives R² an interval that is named fixed-n, the same for the same seed', async () => {
  const once = await report('--json', '--bootstrap', '500', '--seed', '3', '--fail-if', 'r2.low < 0.2');
  assert.equal(once.code, 0);
  assert.match(once.stderr, /^500 resamples: [\d.]+ s with reading\n$/);
  const { r2, mae } = (JSON.parse(once.stdout) as Report).figures;
  assert.equal(r2?.method, 'fixed-n bootstrap, 500 resamples');
  assert.equal(mae?.method, 'asymptotic');
  assert.equal((await report('--json', '--bootstrap', '500', '--seed', '3')).stdout, once.stdout);
});

test('report --drift compares the features of two files, with a test for this one look', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-drift-'));
  const [reference, current] = [join(folder, 'a.csv'), join(folder, 'b.csv')];
  const lines = (shift: number, city: string) =>
    Array.from({ length: 200 }, (_, i) => `${i},${i + shift},${Math.sin(i)},${'xyz'[i % 3]},${city}\n`).join(
      '',
    );
  writeFileSync(reference, `id,moved,same,letter,city\n${lines(0, 'Oslo')}`);
  writeFileSync(current, `id,moved,same,letter,extra\n${lines(100, 'Bergen')}`);
  const run = async (...args: string[]) => {
    await using program = Program.aftermath(['report', '--drift', reference, ...args]);
    return { code: await program.ended(), stdout: program.stdout, stderr: program.stderr };
  };
  const { code, stdout } = await run(current, '--json');
  assert.equal(code, 0);
  const report = JSON.parse(stdout) as DriftReport;
  assert.deepEqual(
    report.features.map(({ name }) => name),
    ['moved', 'same', 'letter'],
  );
  const [moved, same, letter] = report.features;
  // scipy: ks_2samp(range(200), range(100, 300)), wasserstein_distance / numpy.std
  assert.equal(moved?.test?.statistic, 0.5);
  assert.ok(moved.test.p < 1e-12 && same!.test!.p > 0.999 && letter!.test!.p > 0.999);
  assert.ok(Math.abs(moved.drift['wasserstein']!.value - 100 / 57.73430522661548) < 1e-12);
  assert.ok(report.notes.some((note) => /b.csv has extra/.test(note)));
  assert.match((await run(current)).stdout, /^moved +\d.* KS 0\.5000 /m);
  const without = await run();
  assert.equal(without.code, 2);
  assert.match(without.stderr, /expected --drift REFERENCE.csv CURRENT.csv/);
});
