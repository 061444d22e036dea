import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CohortCounts } from '../../src/metric/ledger/cohort-counts.ts';
import { ErrorCells } from '../../src/metric/figures/error-cells.ts';
import { maturityOf } from '../../src/metric/figures/maturity.ts';
import { StateReader, StateWriter } from '../../src/stats/state-bytes.ts';

const [HOUR, DAY] = [3_600_000, 86_400_000];
const NOW = Date.parse('2026-03-01T12:34:56.789Z');

/** Times of all distances from a moment: seconds, hours, months. */
const TIME = fc
  .tuple(fc.constantFrom(1_000, 60_000, HOUR, DAY, 20 * DAY), fc.double({ min: 0, max: 9, noNaN: true }))
  .map(([unit, size]) => NOW - Math.round(unit * size));

function counted(times: readonly number[]): CohortCounts {
  const counts = new CohortCounts();
  for (const time of times) counts.add(time, 1);
  return counts;
}

test('cells are the same in any order of arrival, hold every time once, and each within its span', () => {
  fc.assert(
    fc.property(
      fc
        .array(TIME, { maxLength: 60 })
        .chain((times) =>
          fc.tuple(fc.constant(times), fc.shuffledSubarray(times, { minLength: times.length })),
        ),
      ([times, shuffled]) => {
        const cells = counted(times).list();
        assert.deepEqual(counted(shuffled).list(), cells);
        for (const { fromMs, toMs, cell } of cells) {
          assert.equal(times.filter((time) => time >= fromMs && time < toMs).length, cell.count);
        }
        assert.equal(
          cells.reduce((sum, { cell }) => sum + cell.count, 0),
          times.length,
        );
      },
    ),
    { numRuns: 300, seed: 20_260_305 },
  );
});

test('counts that were stored on the way go on as if they had not been', () => {
  fc.assert(
    fc.property(fc.array(TIME, { maxLength: 40 }), fc.nat(40), (times, stop) => {
      const text = JSON.stringify(counted(times.slice(0, stop)));
      const resumed = CohortCounts.from(JSON.parse(text) as Parameters<typeof CohortCounts.from>[0]);
      for (const time of times.slice(stop)) resumed.add(time, 1);
      assert.equal(JSON.stringify(resumed), JSON.stringify(counted(times)));
    }),
    { numRuns: 200, seed: 20_260_306 },
  );
});

test('cells stay bounded over years, and the last hour is told by the minute', () => {
  const counts = new CohortCounts();
  for (let minute = 0; minute < 2 * 365 * 1440; minute++) counts.add(NOW + minute * 60_000, 1);
  const cells = counts.list();
  assert.ok(cells.length < 240, `${cells.length} cells`);
  assert.equal(cells[0]?.fromMs, -Infinity);
  const newestMs = NOW + (2 * 365 * 1440 - 1) * 60_000;
  const minutes = cells.filter(({ fromMs, toMs }) => toMs - fromMs === 60_000);
  assert.ok((minutes[0]?.fromMs ?? Infinity) <= newestMs - HOUR && minutes.length <= 120);
});

test('errors by time: a revision takes out exactly what it put in, and bytes come back the same', () => {
  const outcome = fc.record({
    timeMs: TIME,
    error: fc.double({ min: 0, max: 1e6, noNaN: true }),
    weight: fc.constantFrom(1, 0.1, 0),
  });
  fc.assert(
    fc.property(
      fc.array(outcome, { maxLength: 30 }),
      fc.array(outcome, { maxLength: 30 }),
      (kept, revised) => {
        const all = new ErrorCells();
        for (const { timeMs, ...rest } of [...kept, ...revised]) all.put(timeMs, { ...rest, sign: 1 });
        for (const { timeMs, ...rest } of revised) all.put(timeMs, { ...rest, sign: -1 });
        const expected = new ErrorCells();
        // The newest time that ever came lays out the cells.
        for (const { timeMs } of revised) {
          expected.put(timeMs, { error: 0, weight: 0, sign: 1 });
          expected.put(timeMs, { error: 0, weight: 0, sign: -1 });
        }
        for (const { timeMs, ...rest } of kept) expected.put(timeMs, { ...rest, sign: 1 });
        assert.deepEqual(all.list(), expected.list());
        const writer = new StateWriter();
        all.write(writer);
        assert.deepEqual(ErrorCells.read(new StateReader(writer.finish())).list(), all.list());
      },
    ),
    { numRuns: 200, seed: 20_260_307 },
  );
});

test('maturity tells for predictions of each age how many have their truth', () => {
  const cohorts = [
    { toMs: NOW - 60 * DAY, predictions: 7, scored: 7 },
    { fromMs: NOW - 2 * DAY, toMs: NOW - DAY, predictions: 10, scored: 9 },
    { fromMs: NOW - 90 * 60_000, toMs: NOW - 30 * 60_000, predictions: 20, scored: 5 },
    { fromMs: NOW - 60_000, toMs: NOW, predictions: 4, scored: 0 },
    { fromMs: NOW, toMs: NOW + 60_000, predictions: 1, scored: 0 },
  ];
  assert.deepEqual(maturityOf(cohorts, NOW), [
    { ageMsMax: 60_000, predictions: 5, scored: 0 },
    { ageMsMax: HOUR, predictions: 20, scored: 5 },
    { ageMsMax: 2 * DAY, predictions: 10, scored: 9 },
    { predictions: 7, scored: 7 },
  ]);
});
