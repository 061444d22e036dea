/**
 * How often the 95 % interval of a skill misses at any look: 2,000 runs, looks at every n to 10,000. The rates are in
 * docs/statistics.md; that of unclipped errors, which is asymptotic, is printed, not asserted.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EmpiricalBernsteinState, empiricalBernstein } from '../../src/stats/empirical-bernstein.ts';
import { clippedSkill, skill } from '../../src/stats/skill.ts';
import {
  emptySkillSequences,
  observeSkill,
  skillIntervals,
} from '../../src/metric/ordered/skill-sequences.ts';
import { randoms } from '../stats/stream.ts';

const ALPHA = 0.05;
const RUNS = 2000;
const LOOKS = 10_000;
/** α and three standard errors. */
const RATE_MAX = ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);

/**
 * How likely the model and the naive answer are to be wrong by the whole bound at row `i`, else not at all. One is right
 * where the other is wrong, as far as that goes: what misses one mean misses the other, and to the same side of the skill.
 */
const STREAMS: Readonly<Record<string, (i: number) => readonly [own: number, naive: number]>> = {
  constant: () => [0.5, 0.5],
  'the model gets worse at half of it': (i) => (i < LOOKS / 2 ? [0.1, 0.3] : [0.5, 0.3]),
  'both drift': (i) => [0.1 + (0.3 * i) / LOOKS, 0.5 - (0.3 * i) / LOOKS],
};

/** Misses of the skill's interval need a miss of one mean's at α / 2: what is asked first, since it is quick. */
const HALF = empiricalBernstein({ alpha: ALPHA / 2, bounds: { low: 0, high: 1 } });
const MARGINS = Float64Array.from({ length: LOOKS + 2 }, (_, variance) => {
  const { high } = HALF.interval({ count: 1e9, sum: 0, variance })!;
  return high * 1e9;
});

for (const [name, at] of Object.entries(STREAMS)) {
  test(`the skill of clipped errors is covered at every look, whatever model and naive answer do: ${name}`, (t) => {
    const u = randoms(20_010_203);
    let misses = 0;
    for (let run = 0; run < RUNS; run++) {
      const state = emptySkillSequences(1);
      const own = state.clipped!.absolute as EmpiricalBernsteinState;
      const naive = state.clipped!.medianAbsolute as EmpiricalBernsteinState;
      let [means, naiveMeans] = [0, 0];
      for (let i = 0; i < LOOKS; i++) {
        const [mean, naiveMean] = at(i);
        const drawn = u();
        const [size, baseline] = [drawn < mean ? 1 : 0, drawn >= 1 - naiveMean ? 1 : 0];
        // These two are all that this skill is made of; to observe the others would take most of the time.
        HALF.add(own, size);
        HALF.add(naive, baseline);
        means += mean;
        naiveMeans += naiveMean;
        // Now and then whatever the means say: an interval that is too narrow for them is to be seen.
        const isLooked =
          i % 1000 === 999 ||
          Math.abs(own.sum - means) > MARGINS[Math.floor(own.variance)]! ||
          Math.abs(naive.sum - naiveMeans) > MARGINS[Math.floor(naive.variance)]!;
        if (!isLooked) continue;
        const found = skillIntervals(state, ALPHA)['clipped_mae_skill_median'];
        const truth = 1 - means / naiveMeans;
        if (found === undefined || (truth >= found.low && truth <= found.high)) continue;
        misses++;
        break;
      }
    }
    const rate = misses / RUNS;
    t.diagnostic(`missed in ${(100 * rate).toFixed(2)} % of runs, 5 % allowed`);
    assert.ok(rate <= RATE_MAX, `${rate}`);
  });
}

test('beside it, printed only: the asymptotic skill of the same errors, looks from n = 100 on', (t) => {
  for (const [name, at] of Object.entries(STREAMS)) {
    const u = randoms(20_010_204);
    let misses = 0;
    for (let run = 0; run < 100; run++) {
      const state = emptySkillSequences(undefined);
      let [means, naiveMeans] = [0, 0];
      for (let i = 0; i < LOOKS; i++) {
        const [mean, naiveMean] = at(i);
        const drawn = u();
        const [size, baseline] = [drawn < mean ? 1 : 0, drawn >= 1 - naiveMean ? 1 : 0];
        observeSkill(state, { size, truth: 0, baselines: { median: baseline, mean: 0, last: 0 } }, undefined);
        means += mean;
        naiveMeans += naiveMean;
        // Each look takes microseconds; intervals only narrow slowly, so one in ten is as good.
        if (i % 10 !== 9) continue;
        const found = skillIntervals(state, ALPHA)['mae_skill_median'];
        if (
          found === undefined ||
          (1 - means / naiveMeans >= found.low && 1 - means / naiveMeans <= found.high)
        )
          continue;
        misses++;
        break;
      }
    }
    t.diagnostic(`${name}: missed in ${((100 * misses) / 100).toFixed(1)} % of 100 runs`);
  }
});

test('a skill of clipped errors has an interval from few rows on, around its value, and none where the naive answer is never wrong', () => {
  const state = emptySkillSequences(10);
  const [figures, linear] = [clippedSkill(10), skill];
  const [clipped, whole] = [figures.empty(), linear.empty()];
  const u = randoms(3);
  for (let i = 0; i < 99; i++) {
    const truth = 100 * u();
    const prediction = truth + 4 * u() - 2;
    const baselines = { median: 50, mean: 51, last: 100 * u() };
    observeSkill(state, { size: Math.abs(prediction - truth), truth, baselines }, 10);
    figures.add(clipped, { truth, prediction, baselines });
    linear.add(whole, { truth, prediction, baselines });
  }
  const found = skillIntervals(state, ALPHA);
  assert.equal(found['mae_skill_median'], undefined, 'asymptotic: nothing before 100 rows');
  for (const [name, { value }] of Object.entries(figures.value(clipped))) {
    const { low, high, level, method } = found[name]!;
    assert.ok(low < value && value < high && low > 0, `${name}: ${low} < ${value} < ${high}`);
    assert.deepEqual([level, method], [0.95, 'empirical Bernstein']);
  }
  assert.ok(
    figures.value(clipped)['clipped_mae_skill_median']!.value <
      linear.value(whole)['mae_skill_median']!.value,
  );
  const never = emptySkillSequences(10);
  for (let i = 0; i < 50; i++) {
    observeSkill(never, { size: 1, truth: 5, baselines: { median: 5, mean: 5, last: 5 } }, 10);
  }
  assert.equal(skillIntervals(never, ALPHA)['clipped_mae_skill_median'], undefined);
});
