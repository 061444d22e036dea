import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, Program } from './program.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'diabetes');
const ROWS = 100_000;

test('a run that is killed and resumed has every row once, and ends by itself', async () => {
  const logs = mkdtempSync(join(tmpdir(), 'resume-'));
  const data = ['--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression', '--rate', '0'];
  const model = ['--model', join(EXAMPLE, 'diabetes_linear.pkl')];
  const args = ['run', ...data, ...model, '--rows', String(ROWS), '--logs', logs, '--no-page'];
  const log = join(logs, 'metric_log.csv');
  await using killed = Program.aftermath(args);
  await eventually('some rows in the log', () => existsSync(log) && statSync(log).size > 500_000);
  killed.signal('SIGKILL');
  assert.equal(await killed.ended(), -1, 'it was killed before it had ended');
  await using resumed = Program.aftermath([...args, '--resume']);
  assert.equal(await resumed.ended(), 0, resumed.stdout + resumed.stderr);
  const ids = readFileSync(log, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(',')[0]);
  assert.equal(ids.length, ROWS);
  assert.equal(new Set(ids).size, ROWS);
});
