import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FigureSettings, NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { FIGURE_PARTS, ModelFigures } from '../../src/metric/figures/model-figures.ts';
import { parseWindow } from '../../src/wire/window.ts';
import { outcomeOf, revisionOf } from './outcome-rows.ts';
import type { Outcome } from '../../src/metric/ledger/ledger.ts';
import type { Value } from '../../src/wire/records.ts';

/** An outcome of these two values; with `previous` a revision. */
function outcome(truth: Value, prediction: Value, previous?: Value, atMs = 5000): Outcome {
  const first = outcomeOf({ id: '1', truth: previous ?? truth, prediction, atMs }, 1);
  return previous === undefined ? first : revisionOf(first, truth, 2);
}

/** All that settings can ask for. */
const SETTINGS: FigureSettings = {
  windows: ['sliding-1h', 'tumbling-1d', 'faded-1h'].map((text) => parseWindow(text)!),
  slices: ['origin'],
  slicesMax: 5,
  errorMax: 3,
  pinball: [0.1, 0.9],
  threshold: 0.4,
  marks: [],
  beta: 2,
};

function bytesOf(figures: ModelFigures): Buffer[] {
  return FIGURE_PARTS.flatMap((part) => figures.encode(part) ?? []).map((bytes) => Buffer.from(bytes));
}

function size(figures: ModelFigures): number {
  return bytesOf(figures).reduce((sum, { length }) => sum + length, 0);
}

/** As they come back from where they were stored. */
function stored(figures: ModelFigures): ModelFigures {
  const made = new ModelFigures(figures.task, SETTINGS);
  for (const part of FIGURE_PARTS) made.decode(part, figures.encode(part)!);
  return made;
}

test('ever new labels do not grow the state, and how much is wrong stays right', () => {
  const figures = new ModelFigures('classification', NO_FURTHER_FIGURES);
  for (let i = 0; i < 5000; i++)
    figures.add(outcome(`label-${i}`, i % 4 === 0 ? `label-${i + 1}` : `label-${i}`));
  assert.equal(figures.values()['accuracy']?.value, 0.75);
  assert.equal(figures.values()['mae']?.value, 0.25);
  assert.ok(size(figures) < 20_000, `${size(figures)} bytes`);
  for (let i = 0; i < 5000; i++)
    figures.add(outcome(`label-${i + 1}`, i % 4 === 0 ? `label-${i + 1}` : `label-${i}`, `label-${i}`));
  assert.equal(figures.values()['accuracy']?.value, 0.25);
  assert.equal(figures.values()['mae']?.value, 0.75);
});

for (const task of ['regression', 'classification'] as const) {
  test(`figures of a ${task} come back as they were stored, and go on`, () => {
    const figures = new ModelFigures(task, SETTINGS);
    for (let i = 0; i < 100; i++) figures.add(outcome(i % 7, i % 5));
    const again = stored(figures);
    for (const each of [figures, again]) each.add(outcome(3, 2, 1));
    assert.deepEqual(again.values(), figures.values());
    assert.deepEqual(again.histogram(), figures.histogram());
    assert.deepEqual(bytesOf(again), bytesOf(figures));
    const lag = again.labelLag();
    assert.ok(lag !== undefined && Math.abs(lag.median - 2) < 0.01);
  });
}

/** Values of a task, and more labels than have cells of their own. */
const VALUES = {
  regression: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  classification: fc.integer({ min: 0, max: 250 }).map((i) => `label-${i}`),
} as const;

for (const task of ['regression', 'classification'] as const) {
  test(`the figures of many writers of a ${task} make those of one, though each revises what another has scored`, () => {
    const value: fc.Arbitrary<Value> = VALUES[task];
    const writers = 3;
    const row = fc.record({
      truth: value,
      prediction: value,
      revised: fc.option(value),
      atMs: fc.integer({ min: 0, max: 3 * 86_400_000 }),
      weight: fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { nil: undefined }),
      // More values than may have figures of their own.
      origin: fc.integer({ min: 0, max: 11 }).map(String),
      baseline: fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 3 }),
      p: fc.double({ min: 0, max: 1, noNaN: true }),
      by: fc.tuple(fc.nat(writers - 1), fc.nat(writers - 1)),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 400, size: 'max' }), (rows) => {
        const one = new ModelFigures(task, SETTINGS);
        const many = Array.from({ length: writers }, () => new ModelFigures(task, SETTINGS));
        const revisions: (() => void)[] = [];
        for (const { revised, by, origin, p, ...values } of rows) {
          const proba = { 'label-0': p, 'label-1': 1 - p };
          const interval = [p - 1, p + 1] as const;
          const carried = { tags: { origin }, interval, ...(task === 'classification' && { proba }) };
          const first = outcomeOf({ id: '1', ...values, ...carried }, 1);
          for (const figures of [one, many[by[0]]!]) figures.add(first);
          if (revised === null) continue;
          const second = revisionOf(first, revised, 2);
          for (const figures of [one, many[by[1]]!]) revisions.push(() => figures.add(second));
        }
        // Another order than the rows'
        for (const revise of revisions.toReversed()) revise();
        const merged = new ModelFigures(task, SETTINGS);
        for (const figures of many.toReversed()) merged.merge(stored(figures));
        assert.deepEqual(merged.values(), one.values());
        assert.deepEqual(bytesOf(merged), bytesOf(one));
        assert.equal(merged.slices[0]!.tag, 'origin');
      }),
      { numRuns: 40, seed: 6 },
    );
  });
}

test('outcomes of a regression that come one after the other make the figures that each makes by itself', () => {
  const number = VALUES.regression;
  const settings = { ...NO_FURTHER_FIGURES, errorMax: 3, slices: ['origin'], slicesMax: 3 };
  const row = fc.record({
    truth: number,
    prediction: number,
    // Some in the cell of the one before, some in another, some before it.
    stepMs: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 30_000 }), fc.constant(3_600_000)),
    lagMs: fc.constantFrom(0, 10, 500_000),
    weight: fc.option(fc.constantFrom(0, 1, 2.5), { nil: undefined, freq: 8 }),
    baseline: fc.option(fc.array(number, { minLength: 3, maxLength: 3 }), { nil: undefined, freq: 8 }),
    interval: fc.option(fc.constant([-5, 5] as const), { nil: undefined, freq: 2 }),
    revised: fc.option(number, { freq: 2 }),
    origin: fc.option(fc.integer({ min: 0, max: 7 }).map(String), { nil: undefined, freq: 5 }),
    timesAreKnown: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 300, size: 'max' }), fc.boolean(), (rows, mixed) => {
      const all = new ModelFigures('regression', settings);
      const alone = new ModelFigures('regression', settings);
      let atMs = 1e9;
      const add = (each: Outcome, timesAreKnown: boolean): void => {
        all.add(each, { timesAreKnown });
        const one = new ModelFigures('regression', settings);
        one.add(each, { timesAreKnown });
        alone.merge(one);
      };
      for (const { stepMs, origin, revised, interval, baseline, ...values } of rows) {
        const timesAreKnown = !mixed || values.timesAreKnown;
        const carried = {
          ...(origin !== undefined && { tags: { origin } }),
          ...(interval && { interval }),
          ...(baseline && { baseline }),
        };
        const first = outcomeOf({ id: '1', ...values, ...carried, atMs: (atMs += stepMs) }, 1);
        add(first, timesAreKnown);
        if (revised !== null) add(revisionOf(first, revised, 2), timesAreKnown);
      }
      for (const part of ['model', 'slices'] as const) assert.deepEqual(all.encode(part), alone.encode(part));
      assert.deepEqual(all.values(), alone.values());
    }),
    { numRuns: 25, seed: 6 },
  );
});
