import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { FigureSettings } from '../../src/metric/figures/figure-settings.ts';
import { parseWindow } from '../../src/wire/window.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

test('figures of another version are made anew from the outcomes that are kept, revisions included', async () => {
  using scratch = new Scratch();
  let before: unknown;
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, recentIdsMax: 50 });
    for (let i = 0; i < 200; i++) {
      await disk.ledger.commit({
        nowMs: 1000 + i,
        predictions: [prediction(i, i / 7)],
        truths: [truth(i, i), truth(i - 30, i / 3)],
        refused: { predictions: 0, truths: 0 },
      });
    }
    before = disk.figures.model('a')?.values();
  }
  using db = new DatabaseSync(join(scratch.dir, 'ledger.db'));
  const other = Buffer.from([255, 255, 0, 0]);
  db.prepare("UPDATE figure SET bytes = ?, crc = ? WHERE name LIKE 'model:%'").run(other, crc32(other));
  db.close();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, recentIdsMax: 50 });
  assert.deepEqual(disk.figures.model('a')?.values(), before);
});

/** All that settings can ask for. */
const EVERYTHING: FigureSettings = {
  windows: ['last-40', 'sliding-1h', 'faded-10m'].map((text) => parseWindow(text)!),
  slices: ['origin'],
  slicesMax: 3,
  errorMax: 20,
  pinball: [0.9],
  threshold: undefined,
  marks: [],
  beta: undefined,
};

/** Both kinds of states, by name. */
function states(disk: LedgerOnDisk): Map<string, string> {
  const all = [...disk.figures.states(), ...disk.outcomes.states()];
  return new Map(all.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]));
}

/** Batch i: two models of a row, late and revised truths, tags, out of order in time. */
async function commit(disk: LedgerOnDisk, i: number): Promise<void> {
  const timeMs = 1_700_000_000_000 + ((i * 7919) % 1000) * 9000;
  const tags = { origin: `O${(i * 31) % 5}` };
  const more = { timeMs, tags };
  await disk.ledger.commit({
    nowMs: 1_700_000_000_000 + 10_000_000,
    predictions: [
      prediction(i, i / 7, more),
      prediction(i - 3, i / 9, { ...more, model: 'b', role: 'challenger' }),
    ],
    truths: [truth(i, (i * 13) % 29, { timeMs: timeMs + 60_000 }), truth(i - 30, i / 3)],
    refused: { predictions: 0, truths: 0 },
  });
}

test('after a kill every state comes out the same to the last bit, wherever it fell', async () => {
  using scratch = new Scratch();
  const options = { recentIdsMax: 60, horizonMs: 20_000_000, retentionMs: 100_000_000, figures: EVERYTHING };
  const copies: { copy: Scratch; before: Map<string, string> }[] = [];
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, ...options });
    for (let i = 0; i < 230; i++) {
      await commit(disk, i);
      if (i % 23 === 11) copies.push({ copy: scratch.copy(), before: states(disk) });
    }
    assert.ok(disk.outcomes.comparisons.of('b', 'a')!.rows > 200);
  }
  for (const { copy, before } of copies) {
    using left = copy;
    await using disk = await LedgerOnDisk.open({ dir: left.dir, ...options });
    assert.deepEqual(states(disk), before);
  }
});

test('another setting makes anew what hangs on it, and leaves the rest', async () => {
  using scratch = new Scratch();
  const options = { recentIdsMax: 60, horizonMs: 20_000_000, retentionMs: 100_000_000 };
  let expected: Map<string, string>;
  {
    using other = new Scratch();
    await using disk = await LedgerOnDisk.open({ dir: other.dir, ...options, figures: EVERYTHING });
    for (let i = 0; i < 150; i++) await commit(disk, i);
    expected = states(disk);
  }
  {
    const figures = { ...EVERYTHING, windows: [], slices: [], slicesMax: 1 };
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, ...options, figures });
    for (let i = 0; i < 150; i++) await commit(disk, i);
  }
  {
    // What is kept as it was cannot be told from what was made anew, unless it is changed.
    using db = new DatabaseSync(join(scratch.dir, 'ledger.db'));
    const marked = db.prepare("SELECT bytes FROM figure WHERE name = 'model:a'").get()![
      'bytes'
    ] as Uint8Array;
    db.prepare("INSERT INTO figure VALUES ('model:kept', ?, ?)").run(marked, crc32(marked));
  }
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, ...options, figures: EVERYTHING });
  const found = states(disk);
  assert.ok(found.delete('model:kept') && found.delete('faded:kept') && found.delete('slices:kept'));
  assert.deepEqual(found, expected);
});
