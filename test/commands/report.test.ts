import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/metric/report.ts';
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
