import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Choice } from '../../../src/plot/choice.ts';
import { choose } from '../../../src/plot/chosen.ts';
import type { Feed } from '../../../src/plot/feed.ts';
import { headline } from '../../../src/plot/words/headline.ts';
import type { PageState } from '../../../src/plot/words/state.ts';
import { plainText } from '../../../src/plot/words/words.ts';
import type { FigureValue } from '../../../src/stats/figure.ts';
import type { Snapshot } from '../../../src/wire/snapshot.ts';
import { flights } from '../flights.ts';
import { modelOf, snapshotOf } from '../snapshots.ts';

test('a model that is worse than a constant is called so, in red', () => {
  const { sentence, more } = said(flights());
  assert.equal(
    text(sentence),
    'flights_linear is off by 18.1 ± 0.4 min on average. Always saying the median would be better (16.6).',
  );
  assert.deepEqual(
    sentence.filter((word) => typeof word !== 'string').map(({ is }) => is),
    ['champion', 'figure', 'wrong'],
  );
  assert.deepEqual(more.map(spaced), [
    'On 44,487 of 44,526 predictions; 39 still wait for their truth.',
    'The last 100 rows: 19.1.',
    '95 % sequence, valid however often you look.',
  ]);
});

test('a model that beats the constant, and one that cannot be told apart from it, are not red', () => {
  const better = said(withSkill({ value: 0.1, low: 0.05, high: 0.15 }));
  assert.match(text(better.sentence), /on average\. That beats always saying the median \(16\.6\)\.$/);
  const undecided = said(withSkill({ value: -0.01, low: -0.05, high: 0.03 }));
  assert.match(text(undecided.sentence), /Always saying the median may do as well \(16\.6\)\.$/);
  for (const { sentence } of [better, undecided])
    assert.ok(sentence.every((word) => typeof word === 'string' || word.is !== 'wrong'));
});

test('without a baseline nothing is said about one', () => {
  const { sentence } = said(snapshotOf([modelOf([1, 2, 3])]));
  assert.equal(text(sentence), 'diabetes_linear is off by 2 min on average.');
});

test('a challenger, a slice, a window and a figure are said in the sentence', () => {
  assert.match(
    text(said(flights(), { model: 'flights_boosting' }).sentence),
    /^flights_boosting is off by 16\.4 ± 0\.4 min on average\. That beats/,
  );
  const slice = said(flights(), { slice: 'origin:LGA' });
  assert.match(
    text(slice.sentence),
    /^flights_linear is off by 24\.3 ± 3\.6 min on average at origin LGA\.$/,
  );
  assert.equal(spaced(slice.more[0] ?? ''), 'On 852 of 852 predictions.');
  const window = said(flights(), { window: 'last-1000' });
  assert.match(text(window.sentence), /on average over the last 1,000 rows\.$/);
  assert.deepEqual(window.more, ['On 1,000 rows.']);
  const figure = said(flights(), { figure: 'rmse' });
  assert.equal(text(figure.sentence), 'The root mean squared error of flights_linear is 29.5 min.');
  assert.equal(
    text(said(flights(), { slice: 'origin:(other)' }).sentence).replace(/by .* on/, 'by X on'),
    'flights_linear is off by X on average for every other origin.',
  );
});

test('labels are said to be right so often', () => {
  const model = modelOf([0, 0, 0, 1]);
  const snapshot = snapshotOf([
    {
      ...model,
      task: 'binary',
      figures: { accuracy: { value: 0.75, low: 0.3, high: 0.97, level: 0.95, method: 'Wilson' } },
    },
  ]);
  const { sentence, more } = said(snapshot);
  assert.equal(text(sentence), 'diabetes_linear is right 75.0 (30.0 to 97.0) % of the time.');
  assert.deepEqual(more.map(spaced), ['On 4 of 4 predictions.', '95 % Wilson.']);
});

test('labels are compared with always saying the most frequent one', () => {
  const withAccuracy = (accuracy: FigureValue) =>
    text(
      said(
        snapshotOf([
          {
            ...modelOf([0, 0, 0, 1]),
            task: 'binary',
            figures: { accuracy },
            confusion: {
              labels: ['0', '1'],
              counts: [
                [60, 10],
                [5, 25],
              ],
            },
          },
        ]),
      ).sentence,
    ).replace(/^.*of the time\. /, '');
  const always = 'lways saying the most frequent label';
  assert.equal(withAccuracy({ value: 0.85, low: 0.8, high: 0.9 }), `That beats a${always} (70.0 %).`);
  assert.equal(withAccuracy({ value: 0.6, low: 0.55, high: 0.65 }), `A${always} would be better (70.0 %).`);
  assert.equal(withAccuracy({ value: 0.72, low: 0.6, high: 0.8 }), `A${always} may do as well (70.0 %).`);
});

test('what it waits for is said', () => {
  const waiting = (state: PageState, snapshot?: Snapshot, address = 'amqp://rabbit:5672') =>
    text(headline(state, feedOf(snapshot, address), snapshot && choose(snapshot, {}), WRITING).sentence);
  assert.equal(waiting('connecting'), 'Connecting.');
  assert.equal(waiting('reconnecting'), 'The service is away.');
  assert.equal(waiting('waiting-for-broker'), 'Waiting for the broker.');
  assert.equal(waiting('waiting-for-metric'), 'Waiting for the first figures.');
  assert.equal(waiting('no-prediction', snapshotOf([])), 'No prediction has come yet.');
  assert.equal(
    waiting('no-truth', snapshotOf([modelOf([], { pending: 1_204 })])),
    'diabetes_linear has made 1,204 predictions; no truth has come yet.',
  );
});

const WRITING = { units: 'min', locale: 'en' };

function said(snapshot: Snapshot, choice: Choice = {}) {
  return headline('live', feedOf(snapshot), choose(snapshot, choice), WRITING);
}

function feedOf(snapshot: Snapshot | undefined, address = 'memory'): Feed {
  return {
    broker: { state: 'connected', address },
    snapshot,
    ageMs: 0,
    staleAfterMs: 5_000,
    units: 'min',
  };
}

function withSkill(skill: FigureValue): Snapshot {
  const { models } = flights();
  return flights({
    models: models.map((model) => ({ ...model, figures: { ...model.figures, mae_skill_median: skill } })),
  });
}

const spaced = (words: string) => words.replaceAll('\u00A0', ' ');
const text = (words: Parameters<typeof plainText>[0]) => spaced(plainText(words));
