import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Books, predictionImbalance } from '../../src/metric/ledger/books.ts';
import type { PredictionRecord, TruthRecord } from '../../src/wire/records.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

type Step =
  | { readonly kind: 'prediction'; readonly record: PredictionRecord }
  | { readonly kind: 'truth'; readonly record: TruthRecord };

const LIMITS = { horizonMs: 10, retentionMs: 1e9, task: 'regression' } as const;

/** The books once everything has come, and the scored pairs, when record i comes at `clock(i)`. */
async function replay(
  steps: readonly Step[],
  clock: (index: number) => number,
): Promise<{ readonly books: Books; readonly rows: readonly string[] }> {
  using scratch = new Scratch();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, ...LIMITS, recentIdsMax: 4 });
  for (const [i, step] of steps.entries()) {
    await disk.ledger.commit({
      nowMs: clock(i),
      predictions: step.kind === 'prediction' ? [step.record] : [],
      truths: step.kind === 'truth' ? [step.record] : [],
      refused: { predictions: 0, truths: 0 },
    });
    await disk.settle(clock(i));
  }
  await disk.settle(clock(steps.length) + 1e6);
  return { books: JSON.parse(JSON.stringify(disk.ledger.books)) as Books, rows: disk.rows() };
}

const TIME = fc.integer({ min: 1_000, max: 1_060 });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(fc.nat(5), TIME, fc.constantFrom('a', 'b'), fc.constantFrom(1, 2))
    .map(([id, timeMs, model, value]) => ({
      kind: 'prediction' as const,
      record: prediction(id, value, { timeMs, model }),
    })),
  fc.tuple(fc.nat(5), TIME, fc.constantFrom(1, 2)).map(([id, timeMs, value]) => ({
    kind: 'truth' as const,
    record: truth(id, value, { timeMs }),
  })),
);

test('records that carry their times give the same books and log at any speed of a replay', async () => {
  const speeds = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 30 }), speeds, async (steps, pauses) => {
      const instant = await replay(steps, () => 1_000);
      const late = await replay(steps, () => 900_000);
      const slow = await replay(steps, (i) => 1_000 + pauses.slice(0, i).reduce((sum, ms) => sum + ms, 0));
      assert.deepEqual(late, instant);
      assert.deepEqual(slow, instant);
    }),
    { numRuns: 60, seed: 20_260_302 },
  );
});

test('of ids that come once each, the order of arrival changes nothing in the books', async () => {
  const pair = fc.tuple(TIME, TIME, TIME);
  const history = fc.array(pair, { maxLength: 8 }).chain((pairs) => {
    const steps = pairs.flatMap(([a, b, t], id): Step[] => [
      { kind: 'prediction', record: prediction(id, 1, { timeMs: a, model: 'a' }) },
      { kind: 'prediction', record: prediction(id, 2, { timeMs: b, model: 'b' }) },
      { kind: 'truth', record: truth(id, 3, { timeMs: t }) },
    ]);
    return fc.tuple(fc.constant(steps), fc.shuffledSubarray(steps, { minLength: steps.length }));
  });
  await fc.assert(
    fc.asyncProperty(history, async ([steps, shuffled]) => {
      const [one, other] = [await replay(steps, () => 5_000), await replay(shuffled, (i) => 1_000 + 7 * i)];
      const byModel = ({ books }: typeof one): object[] => [
        books.truths,
        ...[...books.models].sort((x, y) => x.model.localeCompare(y.model)),
      ];
      assert.deepEqual(byModel(other), byModel(one));
      assert.deepEqual([...other.rows].sort(), [...one.rows].sort());
    }),
    { numRuns: 60, seed: 20_260_303 },
  );
});

test('a truth at the horizon is in time, one a millisecond later is late, whatever the clock says', async () => {
  for (const [apart, scored] of [
    [10, 1],
    [11, 0],
    [-10, 1],
    [-11, 0],
  ] as const) {
    for (const nowMs of [1_000, 2_000]) {
      const { books } = await replay(
        [
          { kind: 'prediction', record: prediction(1, 1, { timeMs: 1_000 }) },
          { kind: 'truth', record: truth(1, 1, { timeMs: 1_000 + apart }) },
        ],
        () => nowMs,
      );
      assert.equal(books.models[0]?.counts.scored, scored, `${apart} ms apart, at ${nowMs}`);
      assert.equal(books.models[0]?.counts.expired, 1 - scored);
      assert.equal(books.truths.late, apart === 11 ? 1 : 0);
      assert.equal(books.truths.orphan, apart === -11 ? 1 : 0);
    }
  }
});

test('a prediction that expired and then meets a truth of another kind is refused, and the books still balance', async () => {
  using scratch = new Scratch();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, horizonMs: 10, retentionMs: 1e9 });
  const none = { predictions: 0, truths: 0 };
  const [text, number] = [
    prediction(1, 'high', { timeMs: 1_000 }),
    prediction(1, 3, { timeMs: 1_000, model: 'b' }),
  ];
  await disk.ledger.commit({ nowMs: 9_000, predictions: [text, number], truths: [], refused: none });
  assert.equal(disk.ledger.books.models[0]?.counts.expired, 1);
  const truths = [truth(1, 4, { timeMs: 1_005 })];
  const { refused } = await disk.ledger.commit({ nowMs: 9_000, predictions: [], truths, refused: none });
  assert.deepEqual(
    refused.map(({ kind, text }) => [kind, text]),
    [['prediction', '{"id":1,"body":"high","model":"a","time":1}']],
  );
  const [a, b] = disk.ledger.books.models;
  assert.deepEqual([a?.counts.refused, a?.counts.expired, b?.counts.scored, b?.counts.expired], [1, 0, 1, 0]);
  assert.deepEqual([a?.cohorts.list()[0]?.cell.count, b?.cohorts.list()[0]?.cell.count], [0, 1]);
  for (const { counts } of disk.ledger.books.models) assert.equal(predictionImbalance(counts), 0);
});
