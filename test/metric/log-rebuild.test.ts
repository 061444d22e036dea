import assert from 'node:assert/strict';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { adoptRebuilt, rebuild, type Rebuilt } from '../../src/metric/log/log-rebuild.ts';
import { outcomeOf } from './outcome-rows.ts';

const HEADER = 'id,y_true,y_pred,absolute_error\n';
const ROWS = 2_000;

/** Writes a short log again from a ledger that gives its outcomes one by one, others having their turn in between. */
async function again(path: string, cell: string): Promise<Rebuilt> {
  const fd = openSync(path, 'r');
  try {
    const cursor = { bytes: 1_000_000, rows: ROWS, first: 1, number: ROWS };
    return await rebuild(
      { path, fd, size: fstatSync(fd).size, header: HEADER, cursor },
      {
        async *outcomesFrom(number) {
          for (let at = number; at <= ROWS; at++) {
            if (at % 50 === 0) await new Promise((resolve) => void setImmediate(resolve));
            yield outcomeOf({ id: String(at), truth: 1, prediction: 2, atMs: at }, at);
          }
        },
        keep: () => true,
        // As long as two pieces of the file: both write before either is done.
        line: ({ number }) => `${number},${cell.repeat(1_000)}\n`,
      },
    );
  } finally {
    closeSync(fd);
  }
}

test('two who write a short log again at once write two files; the one whose place is stored comes into place, nothing stays beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aftermath-rebuilt-'));
  try {
    const path = join(folder, 'log.csv');
    writeFileSync(path, HEADER);
    const [first, second] = await Promise.all([again(path, 'a'), again(path, 'bb')]);
    assert.notEqual(first.cursor.bytes, second.cursor.bytes);
    adoptRebuilt(path, second.cursor.bytes);
    const rows = readFileSync(path, 'utf8').split('\n');
    assert.equal(rows.length, 1 + ROWS + 1);
    assert.ok(rows.slice(1, -1).every((row, i) => row === `${i + 1},${'bb'.repeat(1_000)}`));
    assert.deepEqual(readdirSync(folder), ['log.csv']);
    adoptRebuilt(path, first.cursor.bytes);
    assert.equal(readFileSync(path).length, second.cursor.bytes, 'a log that is whole is left alone');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
