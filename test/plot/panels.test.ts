import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureLook } from '../../src/plot/charts/chart.ts';
import { choose } from '../../src/plot/chosen.ts';
import type { Choice } from '../../src/plot/choice.ts';
import { panels } from '../../src/plot/panels.ts';
import type { ModelSnapshot } from '../../src/wire/snapshot.ts';
import { historyOf, modelOf, snapshotOf } from './snapshots.ts';

/** Right four times of five, with probabilities, in two regions. */
function classifier(changes: Partial<ModelSnapshot> = {}): ModelSnapshot {
  const errors = Array.from({ length: 500 }, (_, i) => (i % 5 === 0 ? 0.7 : 0.1));
  const slice = (value: string, accuracy: number) => ({
    tag: 'region',
    value,
    predictions: 250,
    scored: 250,
    figures: { accuracy: { value: accuracy }, log_loss: { value: 1 - accuracy }, mae: { value: 0.22 } },
    arrivals: [{ fromMs: 0, toMs: 3_600_000, scored: 250, mae: 0.22, accuracy }],
  });
  return {
    ...modelOf(errors),
    task: 'binary',
    figures: { accuracy: { value: 0.8 }, log_loss: { value: 0.5 }, mae: { value: 0.22 } },
    history: historyOf(errors, 20).map((point) => ({
      ...point,
      means: { accuracy: { value: 0.8, recent: 0.8, naive: 0.6 }, log_loss: { value: 0.5, recent: 0.5 } },
    })),
    slices: [slice('north', 0.9), slice('south', 0.7)],
    ...changes,
  };
}

function shown(model: ModelSnapshot, choice: Choice = {}) {
  const all = panels(choose(snapshotOf([model]), choice), { units: 'min', drift: undefined });
  return Object.fromEntries(
    all.map(({ id, title, note, chart }) => [id, { title, note, chart: chart?.(pictureLook('light')) }]),
  );
}

test('of a classifier the charts show its accuracy, and the spread of what its probabilities lack', () => {
  const {
    'error-over-time': course,
    'error-by-slice': where,
    'error-distribution': spread,
  } = shown(classifier());
  assert.equal(course?.title, 'Accuracy over time, %');
  assert.match(
    course?.chart?.summary ?? '',
    /now 80\.0, .* 60\.0 had the answer been the most frequent label so far/,
  );
  assert.equal(where?.title, 'Accuracy by region, worst first, %');
  assert.match(where?.chart?.summary ?? '', /worst at south, 70\.0 on 250 rows; 80\.0 over all rows/);
  assert.equal(spread?.title, 'Probability not given to the truth');
});

test('a figure that is picked is shown wherever there is a history, or a slice, of it', () => {
  const { 'error-over-time': course, 'error-by-slice': where } = shown(classifier(), { figure: 'log_loss' });
  assert.equal(course?.title, 'Log loss over time');
  assert.equal(where?.title, 'Log loss by region, worst first');
  const other = shown(classifier({ figures: { accuracy: { value: 0.8 }, mcc: { value: 0.5 } } }), {
    figure: 'mcc',
  });
  assert.equal(other['error-over-time']?.title, 'Accuracy over time, %');
});

test('a slice of a classifier goes by accuracy too', () => {
  const { 'error-over-time': course } = shown(classifier(), { slice: 'region:south' });
  assert.equal(course?.title, 'Accuracy over time, %');
  assert.match(course?.chart?.summary ?? '', /now 70\.0/);
});

test('labels alone are right or wrong, and a history of errors alone is still shown', () => {
  const answers = Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : 1));
  const bare = { ...modelOf(answers), task: 'binary' as const, figures: { accuracy: { value: 0.9 } } };
  const { 'error-over-time': course, 'error-distribution': spread } = shown(bare);
  assert.equal(spread?.title, 'Right and wrong');
  assert.match(spread?.chart?.summary ?? '', /90\s% of 100 right; 10\s% of 100 wrong/);
  assert.equal(course?.title, 'Mean absolute error over time, min');
});

test('how estimates did stands beside what came, with what chance alone would make of it', () => {
  const estimate = {
    rows: 42,
    labels: 1_000,
    assumes: 'if the probabilities are right',
    figures: { accuracy: { value: 0.79 }, f1: { value: 0.7 } },
    record: {
      blockRows: 500,
      blocks: 2,
      differences: { accuracy: 0.017, f1: 0.02 },
      byChance: 0.014,
      points: [0.8, 0.75].map((accuracy, i) => ({
        atMs: i * 3_600_000,
        estimated: { accuracy, f1: 0.7 },
        realised: { accuracy: 0.78, f1: 0.71 },
      })),
    },
  };
  assert.equal(shown(classifier())['estimates'], undefined);
  const { estimates } = shown(classifier({ estimate }));
  assert.equal(estimates?.title, 'Accuracy as it came, and as it was estimated before, %');
  assert.equal(
    estimates?.note?.replaceAll('\u00A0', ' '),
    'The estimates were off by 1.70 % on average, over 2 blocks of 500 rows, chance alone makes it 1.40 %.',
  );
  const figures = { accuracy: { value: 0.8 }, log_loss: { value: 0.5 }, f1: { value: 0.7 } };
  const ofF1 = shown(classifier({ estimate, figures }), { figure: 'f1' });
  assert.match(ofF1['estimates']?.title ?? '', /^F1 as it came/);
});

test('what is expected of the predictions that wait is a matrix of its own, with all it assumes, and of no part of the rows', () => {
  const confusion = {
    labels: ['no', 'yes'],
    counts: [
      [20.4, 3.6],
      [5.1, 12.9],
    ],
  };
  const assumes = 'if the probabilities are right';
  const estimate = { rows: 42, labels: 1_000, assumes, figures: { accuracy: { value: 0.79 } }, confusion };
  assert.equal(shown(classifier())['expected-confusion'], undefined);
  const { 'expected-confusion': expected } = shown(classifier({ estimate }));
  assert.equal(expected?.note, 'It will be so if the probabilities are right.');
  assert.match(
    expected?.chart?.summary ?? '',
    /^Expected confusion matrix, of .* on 42 rows that wait: 79.% are expected to be right, .* yes was taken for no, 5 rows\.$/,
  );
  assert.equal(shown(classifier({ estimate: { ...estimate, rows: 0 } }))['expected-confusion'], undefined);
  const ofSlice = shown(classifier({ estimate }), { slice: 'region:south' });
  assert.equal(ofSlice['expected-confusion'], undefined);
});
