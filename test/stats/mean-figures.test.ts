import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LinearFigures } from '../../src/stats/figure.ts';
import { largestError } from '../../src/stats/largest-error.ts';
import { pinball } from '../../src/stats/pinball.ts';
import { predictionIntervals } from '../../src/stats/prediction-intervals.ts';
import { regression } from '../../src/stats/regression.ts';
import type { RegressionOutcome } from '../../src/stats/regression.ts';
import { relativeErrors } from '../../src/stats/relative-errors.ts';
import { runningBaselines } from '../../src/stats/running-baselines.ts';
import { clippedSkill, skill } from '../../src/stats/skill.ts';
import { uniforms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

type Golden = Readonly<Record<string, number | null>>;
const golden = JSON.parse(
  readFileSync(new URL('oracles/proportions.json', import.meta.url), 'utf8'),
) as Record<'unweighted' | 'weighted', Golden[]>;

/** As oracles/proportions.py makes them. */
function stream(seed: number, rows: number): Required<RegressionOutcome>[] {
  const u = uniforms(seed);
  return Array.from({ length: rows }, () => {
    const truth = 1 + u() * 200;
    return { truth, prediction: truth * (0.5 + u()), weight: u() * 3 };
  });
}

for (const form of ['unweighted', 'weighted'] as const) {
  test(`explained variance, MAPE, sMAPE, MSLE and pinball agree with scikit-learn after every ${form} update`, () => {
    const quantiles = pinball([0.1, 0.975]);
    const [a, b, c] = [regression.empty(), relativeErrors.empty(), quantiles.empty()];
    for (const [i, { truth, prediction, weight }] of stream(5, 60).entries()) {
      const outcome = form === 'weighted' ? { truth, prediction, weight } : { truth, prediction };
      regression.add(a, outcome);
      relativeErrors.add(b, outcome);
      quantiles.add(c, outcome);
      const found = { ...regression.value(a), ...relativeErrors.value(b), ...quantiles.value(c) };
      for (const [name, expected] of Object.entries(golden[form][i]!)) {
        const value = found[name]?.value;
        if (expected === null) assert.equal(value, undefined);
        else
          assert.ok(
            Math.abs(value! - expected) <= 1e-11 * Math.abs(expected),
            `${name} after ${i + 1}: ${value}`,
          );
      }
    }
  });
}

test('a constant offset explains all the variance, exactly', () => {
  const state = regression.empty();
  for (let i = 0; i < 50; i++) regression.add(state, { truth: i * 0.5, prediction: i * 0.5 + 0.25 });
  assert.equal(regression.value(state)['explained_variance']?.value, 1);
});

test('errors in proportion say how many rows have none', () => {
  const state = relativeErrors.empty();
  for (const [truth, prediction] of [
    [0, 0],
    [0, 3],
    [-1, 3],
    [4, 3],
    [1e-300, 1],
  ]) {
    relativeErrors.add(state, { truth: truth!, prediction: prediction! });
  }
  const found = relativeErrors.value(state);
  assert.equal(found['mape']!.value, (4 + 0.25) / 2);
  assert.equal(found['mape_undefined_rows']!.value, 3);
  assert.equal(found['smape_undefined_rows']!.value, 1);
  assert.equal(found['msle_undefined_rows']!.value, 1);
});

test('coverage and width of the model’s own intervals, on the rows that have one', () => {
  const state = predictionIntervals.empty();
  assert.deepEqual(predictionIntervals.value(state), {});
  predictionIntervals.add(state, { truth: 3, interval: [1, 3] });
  predictionIntervals.add(state, { truth: 3, interval: [3, 7] });
  predictionIntervals.add(state, { truth: 9, interval: [1, 3] });
  predictionIntervals.add(state, { truth: 9, interval: undefined });
  predictionIntervals.add(state, { truth: 5, interval: [1, 3], weight: 3 });
  assert.deepEqual(predictionIntervals.value(state), {
    interval_coverage: { value: 2 / 6 },
    interval_width: { value: (2 + 4 + 2 + 6) / 6 },
  });
  assert.throws(() => predictionIntervals.add(state, { truth: 5, interval: [3, 1] }), RangeError);
});

test('skill against the naive answers as they stood before', () => {
  const truths = [10, 20, 40, 10, 30];
  const baseline = runningBaselines.empty();
  assert.equal(runningBaselines.baselines(baseline), undefined);
  const state = skill.empty();
  for (const truth of truths) {
    skill.add(state, { truth, prediction: truth + 2, baselines: runningBaselines.baselines(baseline) });
    runningBaselines.add(baseline, truth);
  }
  const found = skill.value(state);
  // Means before: 10, 15, 70/3, 20; medians 10, 15, 20, 15; last 10, 20, 40, 10
  const naive = { last: (10 + 20 + 30 + 20) / 4, median: (10 + 25 + 10 + 15) / 4 };
  assert.equal(found['mae_of_last']!.value, naive.last);
  assert.ok(Math.abs(found['mae_of_median']!.value - naive.median) < 0.2);
  assert.ok(Math.abs(found['mse_of_mean']!.value - (100 + 625 + (40 / 3) ** 2 + 100) / 4) < 1e-10);
  assert.equal(found['mae_skill_last']!.value, 1 - 2 / naive.last);
  assert.equal(found['mse_skill_last']!.value, 1 - 4 / ((100 + 400 + 900 + 400) / 4));
});

test('the skill of clipped errors is that of errors none of which is larger than the bound', () => {
  const clipped = clippedSkill(12);
  const state = clipped.empty();
  const last = [
    { truth: 20, prediction: 22, baselines: { mean: 0, median: 0, last: 10 } },
    { truth: 40, prediction: 60, baselines: { mean: 0, median: 39, last: 20 } },
  ];
  for (const row of last) clipped.add(state, row);
  assert.deepEqual(clipped.value(state), {
    clipped_mae_skill_median: { value: 1 - 7 / 6.5 },
    clipped_mse_skill_mean: { value: 1 - (4 + 144) / (144 + 144) },
    clipped_mae_skill_last: { value: 1 - 7 / 11 },
    clipped_mse_skill_last: { value: 1 - (4 + 144) / (100 + 144) },
  });
  assert.throws(() => clippedSkill(0), RangeError);
});

test('a skill is absent without a baseline, and where the naive answer is never wrong', () => {
  const state = skill.empty();
  skill.add(state, { truth: 1, prediction: 2, baselines: undefined });
  assert.deepEqual(skill.value(state), {});
  skill.add(state, { truth: 1, prediction: 2, baselines: { mean: 1, median: 1, last: 0 } });
  const { mae_skill_median: median, mse_skill_mean: mean, mae_skill_last: last } = skill.value(state);
  assert.deepEqual([median, mean, last], [undefined, undefined, { value: 0 }]);
});

test('the running median of signed truths is within 0.4 % of the exact one', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 }), (truths) => {
      const state = runningBaselines.empty();
      for (const truth of truths) runningBaselines.add(state, truth);
      const sorted = truths.toSorted((a, b) => a - b);
      const [low, high] = [
        sorted[Math.floor((truths.length - 1) / 2)]!,
        sorted[Math.ceil((truths.length - 1) / 2)]!,
      ];
      const { median, last } = runningBaselines.baselines(state)!;
      const allowed = (Math.abs(low) + Math.abs(high)) / 2 / 256 + 1e-300;
      assert.ok(Math.abs(median - (low + (high - low) / 2)) <= allowed, `${median} for ${low}..${high}`);
      assert.equal(last, truths.at(-1));
    }),
  );
});

test('the largest error is stale once its outcome was taken out, until a larger one comes', () => {
  const state = largestError.empty();
  assert.equal(largestError.value(state), undefined);
  largestError.add(state, { truth: 1, prediction: 4 });
  largestError.add(state, { truth: 1, prediction: 2 });
  assert.equal(largestError.value(state), 3);
  largestError.remove(state, { truth: 1, prediction: 2 });
  assert.equal(largestError.value(state), 3);
  largestError.remove(state, { truth: 1, prediction: 4 });
  assert.equal(largestError.value(state), undefined);
  largestError.add(state, { truth: 9, prediction: 5 });
  assert.equal(largestError.value(state), 4);
});

const number = fc.double({ min: -1e100, max: 1e100, noNaN: true });
const weight = fc.constantFrom(undefined, 0, 0.1, 3);
const ALL: readonly {
  name: string;
  figures: LinearFigures<unknown, unknown>;
  outcome: fc.Arbitrary<unknown>;
}[] = [
  {
    name: 'relative errors',
    figures: relativeErrors,
    outcome: fc.record({ truth: number, prediction: number, weight }),
  },
  {
    name: 'pinball',
    figures: pinball([0.5, 0.9]),
    outcome: fc.record({ truth: number, prediction: number, weight }),
  },
  {
    name: 'prediction intervals',
    figures: predictionIntervals,
    outcome: fc.record({
      truth: number,
      interval: fc.option(fc.constant([-1, 1]), { nil: undefined }),
      weight,
    }),
  },
  {
    name: 'skill',
    figures: skill,
    outcome: fc.record({
      truth: number,
      prediction: number,
      weight,
      baselines: fc.option(fc.record({ mean: number, median: number, last: number }), { nil: undefined }),
    }),
  },
  {
    name: 'skill of clipped errors',
    figures: clippedSkill(3),
    outcome: fc.record({
      truth: number,
      prediction: number,
      weight,
      baselines: fc.option(fc.record({ mean: number, median: number, last: number }), { nil: undefined }),
    }),
  },
];

for (const { name, figures, outcome } of ALL) {
  test(`${name}: any order of adding, taking out, merging and storing gives the same bytes and figures`, () => {
    fc.assert(
      fc.property(fc.array(outcome), fc.array(outcome), (kept, taken) => {
        const plain = figures.empty();
        for (const each of kept) figures.add(plain, each);
        const [a, b] = [figures.empty(), figures.empty()];
        for (const each of taken) figures.remove(a, each);
        for (const each of [...taken, ...kept].toReversed()) figures.add(b, each);
        figures.merge(a, figures.decode(figures.encode(b)));
        assert.deepEqual(figures.value(a), figures.value(plain));
        assert.deepEqual(figures.encode(a), figures.encode(plain));
      }),
    );
  });
}

test('quantiles, truths and bytes that cannot be are refused', () => {
  assert.throws(() => pinball([1]), RangeError);
  assert.throws(
    () => relativeErrors.add(relativeErrors.empty(), { truth: Number.NaN, prediction: 1 }),
    RangeError,
  );
  assert.throws(() => largestError.add(largestError.empty(), { truth: 1, prediction: Infinity }), RangeError);
  assert.throws(() => runningBaselines.add(runningBaselines.empty(), 1e101), RangeError);
  assert.throws(() => skill.decode(new Uint8Array([4])), /version 2/);
});
