import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import { cohortsOf } from '../../src/metric/figures/maturity.ts';
import { regression } from '../../src/stats/regression.ts';
import type { PredictionRecord, TruthRecord } from '../../src/wire/records.ts';
import { LedgerOnDisk, Scratch, rowsOf } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';
import { ReferenceLedger } from './reference-ledger.ts';

const LIMITS = { horizonMs: 10, retentionMs: 40 };

/** What may happen next. Times lie around the clock, so that all of the table is reached. */
type Step =
  | { readonly kind: 'batch'; readonly records: readonly Event[] }
  | { readonly kind: 'clock'; readonly byMs: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'killed'; readonly records: readonly Event[]; readonly cut: number };

interface Event {
  readonly what: 'prediction' | 'truth';
  readonly id: number;
  readonly value: number;
  readonly model: string;
  /** Event time before the clock, or none. */
  readonly agoMs: number | undefined;
}

const EVENT: fc.Arbitrary<Event> = fc.record({
  what: fc.constantFrom('prediction', 'truth'),
  id: fc.nat(11),
  value: fc.constantFrom(0.1, 0.2, 3),
  model: fc.constantFrom('a', 'a', 'a', 'b'),
  agoMs: fc.option(fc.integer({ min: -3, max: 45 }), { nil: undefined, freq: 2 }),
});
const RECORDS = fc.array(EVENT, { maxLength: 12 });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('batch'), records: RECORDS }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('clock'), byMs: fc.integer({ min: -2, max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('killed'),
      records: RECORDS,
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

test('books, figures and log agree with a plain reference after every step of a random history', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 30 }), fc.constantFrom(2, 5, 1000), play),
    { numRuns: 150, seed: 20_260_301 },
  );
});

async function play(steps: readonly Step[], recentIdsMax: number): Promise<void> {
  using first = new Scratch();
  const used: Scratch[] = [];
  let scratch = first;
  const settings = { ...LIMITS, recentIdsMax, task: 'regression' } as const;
  let disk = await LedgerOnDisk.open({ dir: scratch.dir, ...settings });
  const reference = new ReferenceLedger(LIMITS);
  let nowMs = 1000;
  try {
    for (const step of steps) {
      if (step.kind === 'clock') {
        nowMs += step.byMs;
      } else if (step.kind === 'restart') {
        await disk[Symbol.asyncDispose]();
        disk = await LedgerOnDisk.open({ dir: scratch.dir, ...settings });
      } else {
        const { predictions, truths } = recordsOf(step.records, nowMs);
        const before = step.kind === 'killed' ? scratch.copy() : undefined;
        await commit(disk, nowMs, predictions, truths);
        if (before !== undefined && step.kind === 'killed') {
          // The lines were written, up to some byte, and then the process was gone: the ledger knows nothing of it.
          used.push(before);
          const log = readFileSync(disk.metricLog.path);
          await disk[Symbol.asyncDispose]();
          const committed = statSync(join(before.dir, 'metric_log.csv')).size;
          const written = Math.round(committed + step.cut * (log.length - committed));
          writeFileSync(join(before.dir, 'metric_log.csv'), log.subarray(0, written));
          scratch = before;
          disk = await LedgerOnDisk.open({ dir: scratch.dir, ...settings });
          assert.deepEqual(disk.rows(), reference.lines, 'after the kill');
          await commit(disk, nowMs, predictions, truths);
        }
        reference.commit(nowMs, predictions, truths);
      }
      await disk.settle(nowMs);
      reference.expire(nowMs);
      compare(disk, reference);
    }
  } finally {
    await disk[Symbol.asyncDispose]();
    for (const dir of used) dir[Symbol.dispose]();
  }
}

test('they agree over thousands of ids, while tables are folded and segments merged under way', async () => {
  using scratch = new Scratch();
  const limits = { horizonMs: 3000, retentionMs: 9000 };
  const settings = { dir: scratch.dir, ...limits, recentIdsMax: 3000, task: 'regression' } as const;
  let disk = await LedgerOnDisk.open(settings);
  const reference = new ReferenceLedger(limits);
  const random = seeded(7);
  let nowMs = 1_000_000;
  try {
    for (let round = 1; round <= 1200; round++) {
      nowMs += random(20);
      const events = Array.from({ length: 60 }, (): Event => ({
        what: random(2) === 0 ? 'prediction' : 'truth',
        // Ids near the front of a moving window, so that partners, duplicates and revisions meet at all distances.
        id: round * 12 - Math.floor(random(1000) ** 2 / 150),
        value: random(5),
        model: random(4) === 0 ? 'b' : 'a',
        agoMs: random(3) === 0 ? random(4000) : undefined,
      }));
      const { predictions, truths } = recordsOf(events, nowMs);
      await commit(disk, nowMs, predictions, truths);
      reference.commit(nowMs, predictions, truths);
      if (round % 300 === 0) {
        await disk[Symbol.asyncDispose]();
        disk = await LedgerOnDisk.open(settings);
      }
      if (round % 200 !== 0) continue;
      // A segment is looked through again only after a share of the horizon.
      nowMs += 100;
      await disk.settle(nowMs);
      reference.expire(nowMs);
      compare(disk, reference);
    }
    for (const state of ['scored', 'expired', 'duplicate', 'conflict'] as const) {
      assert.ok((disk.ledger.books.models[0]?.counts[state] ?? 0) > 500, `${state} was reached`);
    }
  } finally {
    await disk[Symbol.asyncDispose]();
  }
});

/** Integers from 0 to below `max`, the same every time (mulberry32). */
function seeded(seed: number): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * max);
  };
}

function recordsOf(
  events: readonly Event[],
  nowMs: number,
): { predictions: PredictionRecord[]; truths: TruthRecord[] } {
  const predictions: PredictionRecord[] = [];
  const truths: TruthRecord[] = [];
  for (const { what, id, value, model, agoMs } of events) {
    const timeMs = agoMs === undefined ? undefined : nowMs - agoMs;
    if (what === 'truth') truths.push(truth(id, value, { timeMs }));
    else predictions.push(prediction(id, value, { timeMs, model }));
  }
  return { predictions, truths };
}

async function commit(
  { ledger }: LedgerOnDisk,
  nowMs: number,
  predictions: readonly PredictionRecord[],
  truths: readonly TruthRecord[],
): Promise<void> {
  await ledger.commit({ nowMs, predictions, truths, refused: { predictions: 0, truths: 0 } });
}

function compare(disk: LedgerOnDisk, reference: ReferenceLedger): void {
  const { books } = disk.ledger;
  assert.deepEqual(books.truths, reference.books.truths);
  assert.deepEqual(
    books.models.map(({ model, counts }) => ({ model, counts })),
    reference.books.models.map(({ model, counts }) => ({ model, counts })),
  );
  assert.equal(truthImbalance(books.truths), 0);
  for (const { model, counts, cohorts } of books.models) {
    assert.equal(predictionImbalance(counts), 0);
    const made = cohortsOf(cohorts, disk.figures.model(model));
    const total = (name: 'predictions' | 'scored'): number =>
      made.reduce((sum, point) => sum + point[name], 0);
    assert.equal(total('predictions'), counts.scored + counts.pending + counts.expired);
    assert.equal(total('scored'), counts.scored);
    const state = regression.empty();
    for (const outcome of reference.scored(model)) regression.add(state, outcome);
    const found = disk.figures.model(model)?.values() ?? {};
    for (const [name, value] of Object.entries(regression.value(state)))
      assert.deepEqual(found[name], value, name);
    assert.equal(found['mae'] === undefined, state.rows === 0);
  }
  assert.deepEqual(disk.rows(), reference.lines);
}

test('a log that lost its end is written again from the ledger, whatever was lost', async () => {
  using scratch = new Scratch();
  const lines: string[] = [];
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, recentIdsMax: 20 });
    for (let i = 0; i < 300; i++) {
      await commit(
        disk,
        1000 + i,
        [prediction(`"${i}\n`, i)],
        [truth(`"${i - 3}\n`, i / 7), truth(`"${i - 9}\n`, i / 3)],
      );
    }
    lines.push(readFileSync(disk.metricLog.path, 'utf8'));
  }
  const [whole = ''] = lines;
  for (const share of [0, 0.001, 0.2, 0.55, 0.999]) {
    using copy = scratch.copy();
    const path = join(copy.dir, 'metric_log.csv');
    truncateSync(path, Math.floor(share * whole.length));
    await using disk = await LedgerOnDisk.open({ dir: copy.dir, recentIdsMax: 20 });
    assert.equal(readFileSync(path, 'utf8'), whole, `when ${share} of it was left`);
    await commit(disk, 2000, [prediction('x', 1)], [truth('x', 2)]);
    assert.equal(rowsOf(path).at(-1), 'x,2,1,1,a');
  }
});
