import assert from 'node:assert/strict';
import {
  appendFileSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Figures } from '../../src/stats/figure.ts';
import pino from 'pino';
import { checkFile } from '../../src/metric/care/check-file.ts';
import { type RebuildOptions, rebuildFile } from '../../src/metric/care/rebuild-ledger.ts';
import type { LogColumn } from '../../src/wire/log-columns.ts';
import type { PredictionRecord, TruthRecord } from '../../src/wire/records.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

const NONE = { predictions: 0, truths: 0 };

async function commit(
  { ledger }: LedgerOnDisk,
  nowMs: number,
  predictions: readonly PredictionRecord[],
  truths: readonly TruthRecord[],
): Promise<void> {
  await ledger.commit({ nowMs, predictions, truths, refused: NONE });
}

/** A ledger with everything in it: segments, pending and expired predictions, revisions, two models. */
async function busyLedger(dir: string, columns: readonly LogColumn[]): Promise<LedgerOnDisk> {
  const disk = await LedgerOnDisk.open({ dir, columns, recentIdsMax: 60 });
  for (let i = 0; i < 600; i++) {
    const both = [prediction(i, i / 3, { model: 'a' }), prediction(i, i, { model: 'b', role: 'challenger' })];
    const late = i >= 5 ? [truth(i - 5, (i - 5) / 7)] : [];
    const revised = i >= 50 && i % 10 === 0 ? [truth(i - 50, i)] : [];
    await commit(disk, 1_700_000_000_000 + 100 * i, i % 7 === 0 ? both.slice(0, 1) : both, [
      ...late,
      ...revised,
    ]);
  }
  return disk;
}

function paths(dir: string): { path: string; logPath: string } {
  return { path: join(dir, 'ledger.db'), logPath: join(dir, 'metric_log.csv') };
}

function options(dir: string, more: Partial<RebuildOptions> = {}): RebuildOptions {
  return {
    logPath: paths(dir).logPath,
    task: undefined,
    horizonMs: 10_000,
    retentionMs: 100_000,
    recentIdsMax: 60,
    numericIds: true,
    model: undefined,
    log: pino({ level: 'silent' }),
    ...more,
  };
}

test('a sound ledger is found sound, at rest, while it is written and after a kill', async () => {
  using scratch = new Scratch();
  const disk = await busyLedger(scratch.dir, ['model']);
  const { path, logPath } = paths(scratch.dir);
  const live = checkFile(path, logPath);
  assert.deepEqual([live.sound, live.problems, live.notes], [true, [], []]);
  assert.equal(live.ids, 600);
  assert.deepEqual(live.truths, disk.ledger.books.truths);
  {
    using killed = scratch.copy();
    const found = checkFile(paths(killed.dir).path, paths(killed.dir).logPath);
    assert.deepEqual(found.problems, []);
    assert.equal(found.outcomes, live.outcomes);
  }
  await disk[Symbol.asyncDispose]();
  assert.equal(checkFile(path, logPath).sound, true);
});

test('a byte that is not what was written is found, wherever it is', async () => {
  using scratch = new Scratch();
  await (await busyLedger(scratch.dir, ['model']))[Symbol.asyncDispose]();
  for (const [table, column] of [
    ['block', 'bytes'],
    ['batch', 'bytes'],
    ['figure', 'bytes'],
    ['filter', 'words'],
  ] as const) {
    using copy = scratch.copy();
    const { path, logPath } = paths(copy.dir);
    {
      using db = new DatabaseSync(path);
      const row = db
        .prepare(`SELECT rowid AS r, ${column} AS bytes FROM ${table} ORDER BY r DESC LIMIT 1`)
        .get();
      const bytes = Buffer.from(row?.['bytes'] as Uint8Array);
      bytes[bytes.length >> 1]! ^= 4;
      db.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(bytes, Number(row?.['r']));
    }
    const { sound, problems } = checkFile(path, logPath);
    assert.equal(sound, false);
    assert.match(problems.join(), /is not what was written/, table);
  }
});

test('books that do not balance, or count what is not there, are found', async () => {
  using scratch = new Scratch();
  await (await busyLedger(scratch.dir, ['model']))[Symbol.asyncDispose]();
  const { path, logPath } = paths(scratch.dir);
  using db = new DatabaseSync(path);
  const json = String(db.prepare('SELECT json FROM state').get()?.['json']);
  const pending = /"pending":(\d+)/.exec(json)?.[1];
  db.prepare('UPDATE state SET json = ?').run(
    json.replace(`"pending":${pending}`, `"pending":${Number(pending) + 1}`),
  );
  assert.match(checkFile(path, logPath).problems.join(), /out of balance by -1.*are pending, the books say/);
  db.prepare('UPDATE state SET json = ?').run('{"rules":');
  assert.match(checkFile(path, logPath).problems.join(), /books and cursor cannot be read/);
  await assert.rejects(LedgerOnDisk.open({ dir: scratch.dir }), /it is damaged .*aftermath ledger check/);
});

test('a log that is shorter or longer mends itself and is told; another one is a problem', async () => {
  using scratch = new Scratch();
  await (await busyLedger(scratch.dir, ['model']))[Symbol.asyncDispose]();
  const { path, logPath } = paths(scratch.dir);
  appendFileSync(logPath, '1,2,3');
  assert.match(checkFile(path, logPath).notes.join(), /goes on for 5 bytes/);
  appendFileSync(logPath, ',4,a\n');
  assert.match(checkFile(path, logPath).notes.join(), /goes on for 10 bytes/, 'a whole row too');
  truncateSync(logPath, 500);
  assert.match(checkFile(path, logPath).notes.join(), /has \d+ of \d+ rows/);
  assert.equal(checkFile(path, logPath).sound, true);
  unlinkSync(logPath);
  assert.match(checkFile(path, logPath).notes.join(), /There is no log/);
  writeFileSync(logPath, 'x'.repeat(100_000));
  assert.match(checkFile(path, logPath).problems.join(), /is not the one this ledger wrote/);
});

test('a ledger that is rebuilt from its log has the same figures, goes on with the log, and knows what comes again', async () => {
  using scratch = new Scratch();
  const columns = ['model', 'time'] as const;
  const before = await busyLedger(scratch.dir, columns);
  const [figures, rows] = [
    ['a', 'b'].map((model) => withoutSkill(before.figures.model(model)?.values())),
    before.rows(),
  ];
  await before[Symbol.asyncDispose]();
  const { path, logPath } = paths(scratch.dir);
  const damagedBytes = Buffer.from(readFileSync(path)).fill(7, 4096, 60_000);
  writeFileSync(path, damagedBytes);
  assert.equal(checkFile(path, logPath).sound, false);
  appendFileSync(logPath, 'torn,1,');
  const made = await rebuildFile(paths(scratch.dir).path, options(scratch.dir));
  assert.deepEqual([made.task, made.rows, made.models], ['regression', rows.length, ['a', 'b']]);
  assert.equal(made.outcomes, rows.length);
  assert.ok(made.revisions > 50);
  assert.ok(readFileSync(made.aside ?? '').equals(damagedBytes), 'the damaged file is kept as it was');
  const found = checkFile(path, logPath);
  assert.deepEqual(found.problems, []);
  assert.match(found.notes.join(), /goes on for 7 bytes that are not committed/);
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, columns, recentIdsMax: 60 });
  assert.deepEqual(
    ['a', 'b'].map((model) => disk.figures.model(model)?.values()),
    figures,
    'all but the skill: what a naive answer would have been is in no log',
  );
  assert.equal(disk.figures.model('a')?.labelLag(), undefined, 'a lag that nobody knows is not told');
  assert.deepEqual(disk.rows(), rows);
  const nowMs = 1_700_000_060_000;
  await commit(disk, nowMs, [prediction(580, 580 / 3, { model: 'a' })], [truth(581, 83)]);
  assert.deepEqual(disk.rows(), rows, 'what is known already has no further row');
  await commit(disk, nowMs, [prediction('new', 1)], [truth('new', 3)]);
  assert.equal(disk.rows().at(-1)?.startsWith('new,3,1,2,a,'), true);
  assert.equal(disk.ledger.books.models[0]?.counts.duplicate, 1);
  assert.deepEqual(
    readdirSync(scratch.dir).filter((name) => name.includes('rebuilding')),
    [],
  );
});

test('classes come back too, with the probability of the true one where the log has no more', async () => {
  using scratch = new Scratch();
  const before = await LedgerOnDisk.open({ dir: scratch.dir, columns: [], challengers: false });
  for (let i = 0; i < 50; i++) {
    const proba = { yes: i / 50, no: 1 - i / 50 };
    await commit(
      before,
      1000 + i,
      [prediction(`"${i}`, i > 25 ? 'yes' : 'no', { proba, model: 'tree' })],
      [truth(`"${i}`, i % 3 ? 'yes' : 'no')],
    );
  }
  const figures = before.figures.model('tree')?.values();
  await before[Symbol.asyncDispose]();
  const made = await rebuildFile(paths(scratch.dir).path, options(scratch.dir));
  assert.deepEqual([made.task, made.models, made.outcomes], ['classification', ['tree'], 50]);
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, columns: [], challengers: false });
  const after = disk.figures.model('tree')?.values();
  for (const name of ['accuracy', 'mae', 'recall', 'f1', 'mcc'])
    assert.ok(Math.abs((after?.[name]?.value ?? NaN) - figures![name]!.value) < 1e-12, name);
  assert.ok(
    figures?.['log_loss'] !== undefined && after?.['log_loss'] === undefined,
    'one probability is not all',
  );
});

test('a ledger is not rebuilt while somebody writes it, nor without a log, and then nothing has changed', async () => {
  using scratch = new Scratch();
  {
    await using _disk = await busyLedger(scratch.dir, ['model']);
    await assert.rejects(rebuildFile(paths(scratch.dir).path, options(scratch.dir)), /writes it/);
  }
  const { path, logPath } = paths(scratch.dir);
  const { mtimeMs } = statSync(path);
  await assert.rejects(
    rebuildFile(path, options(scratch.dir, { logPath: `${logPath}.none` })),
    /there is no such file/,
  );
  appendFileSync(logPath, 'one cell\n');
  await assert.rejects(
    rebuildFile(paths(scratch.dir).path, options(scratch.dir)),
    /Cannot read line \d+ of the log/,
  );
  assert.equal(statSync(path).mtimeMs, mtimeMs);
});

function withoutSkill(figures: Figures | undefined): Figures {
  const kept = Object.entries(figures ?? {}).filter(([name]) => !/skill|_of_/.test(name));
  return Object.fromEntries(kept);
}
