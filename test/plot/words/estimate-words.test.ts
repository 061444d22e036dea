import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose } from '../../../src/plot/chosen.ts';
import type { Choice } from '../../../src/plot/choice.ts';
import { headline } from '../../../src/plot/words/headline.ts';
import type { ModelSnapshot } from '../../../src/wire/snapshot.ts';
import { modelOf, snapshotOf } from '../snapshots.ts';

const ESTIMATE = {
  rows: 42,
  labels: 1_000,
  assumes:
    'if the probabilities are right once recalibrated on the 1,000 labels that came, and nothing else changed',
  figures: { accuracy: { value: 0.794 }, f1: { value: 0.7 } },
};

test('the estimate stands beside the figure, never without what it assumes', () => {
  const [, ...more] = linesOf(classifier([0, 0, 0, 1]));
  assert.deepEqual(more, [
    'Of the 42 that wait some 79.4 % will be right, if the probabilities are right once recalibrated on the 1,000 labels that came, and nothing else changed.',
  ]);
});

test('before the first truth it is all that is known', () => {
  const lines = linesOf(classifier([]));
  assert.match(lines.at(-1) ?? '', /^Of the 42 that wait some 79\.4 % will be right, if /);
});

test('it is of the figure that is looked at, and of nothing that was not estimated', () => {
  assert.match(
    linesOf(classifier([0, 1]), { figure: 'f1' }).at(-1) ?? '',
    /the F1 will be some 70\.0 %, if /,
  );
  assert.equal(linesOf(classifier([0, 1]), { figure: 'kappa' }).length, 1);
  assert.equal(linesOf(classifier([0, 1]), { window: 'last-2' }).length, 1);
});

test('one that waits is one, and none is not spoken of', () => {
  assert.match(
    linesOf(classifier([0, 1], { ...ESTIMATE, rows: 1 })).at(-1) ?? '',
    /^Of the 1 that waits some/,
  );
  assert.equal(linesOf(classifier([0, 1], { ...ESTIMATE, rows: 0, figures: {} })).length, 1);
});

function classifier(
  errors: readonly number[],
  estimate = ESTIMATE as ModelSnapshot['estimate'],
): ModelSnapshot {
  const figures = { accuracy: { value: 0.75 }, f1: { value: 0.6 }, kappa: { value: 0.5 } };
  return {
    ...modelOf(errors, { pending: 42 }),
    task: 'binary',
    figures: errors.length === 0 ? {} : figures,
    windows: [{ window: 'last-2', kind: 'last', scored: 2, figures }],
    ...(estimate && { estimate }),
  };
}

/** The lines below the first. */
function linesOf(model: ModelSnapshot, choice: Choice = {}): string[] {
  const chosen = choose(snapshotOf([model]), choice);
  const { more } = headline('live', undefined, chosen, { units: undefined, locale: 'en' });
  return more.map((line) => line.replaceAll('\u00A0', ' '));
}
