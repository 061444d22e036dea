import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose } from '../../../src/plot/chosen.ts';
import { alarmWords } from '../../../src/plot/words/alarm-words.ts';
import { bookLines } from '../../../src/plot/words/books.ts';
import { controls } from '../../../src/plot/words/controls.ts';
import { durationText } from '../../../src/plot/words/duration-text.ts';
import { figureTable } from '../../../src/plot/words/figure-table.ts';
import { shareText, tiles } from '../../../src/plot/words/tiles.ts';
import { windowName } from '../../../src/plot/words/window-name.ts';
import { plainText } from '../../../src/plot/words/words.ts';
import type { Snapshot } from '../../../src/wire/snapshot.ts';
import { flights } from '../flights.ts';
import { modelOf, snapshotOf, someErrors } from '../snapshots.ts';

const WRITING = { units: 'min', locale: 'en' };
const spaced = (text: string) => text.replaceAll('\u00A0', ' ');

test('the tiles: skill, challenger with its verdict, labels that came, books', () => {
  const shown = tilesOf(flights()).map(({ title, figure, beside, below }) =>
    spaced([plainText(title), figure, beside, below].join(' | ')),
  );
  assert.deepEqual(shown, [
    'Skill against the median | −9.12 % | ± 0.82 | below 0: a constant does better',
    'Challenger flights_boosting | 1.68 | ± 0.12 min better | decided after 101 of 44,487 pairs',
    'Labels that came | 99.9 % | median lag 1 h 56 min | 44,487 of 44,526 predictions',
    'Books | balanced |  | 0 expired · 9 duplicate · 0 dead letters',
  ]);
});

test('a challenger that is worse is shown as such, and one that is undecided too', () => {
  const shown = (difference: number, better: 'champion' | 'undecided') => {
    const [champion, challenger] = flights().models;
    assert.ok(champion && challenger?.comparison);
    const comparison = {
      champion: champion.model,
      rows: 500,
      difference,
      low: difference - 1,
      high: difference + 1,
      better,
    };
    const tile = tilesOf(flights({ models: [champion, { ...challenger, comparison }] }))[1];
    return spaced(`${tile?.figure} ${tile?.beside}, ${tile?.below}`);
  };
  assert.equal(shown(2, 'champion'), '2 ± 1.00 min worse, decided on 500 pairs');
  assert.equal(shown(-0.5, 'undecided'), '0.50 ± 1.00 min better, not decided on 500 pairs');
});

test('without challenger and baseline the tiles say what there is', () => {
  const [skill, rows] = tilesOf(snapshotOf([modelOf(someErrors(442), { pending: 58 })]));
  assert.equal(skill?.figure, '–');
  assert.equal(spaced(`${rows?.figure} ${rows?.beside} ${rows?.below}`), '442 412 rows/s of 500 predictions');
});

test('books that do not balance are wrong, and the sum says where', () => {
  const model = modelOf(someErrors(442));
  const snapshot = snapshotOf([{ ...model, books: { ...model.books, received: 443 } }]);
  assert.equal(tilesOf(snapshot)[3]?.isWrong, true);
  const [predictions, truths] = bookLines(snapshot, 'en');
  assert.deepEqual(predictions?.terms.map(spaced), ['predictions 443', '≠ scored 442', '+ pending 0']);
  assert.deepEqual(truths?.terms.map(spaced), ['truths 442', '= matched 442', '+ waiting 0']);
});

test('not quite all is not 100 %', () => {
  assert.equal(spaced(shareText(0.99999, 'en')), '99.9 %');
  assert.equal(spaced(shareText(1, 'en')), '100 %');
  assert.equal(spaced(shareText(0.825, 'en')), '82.5 %');
  assert.equal(spaced(shareText(0, 'en')), '0 %');
});

test('an alarm that stands says in short what is bad and since when, what it stands on and what is promised', () => {
  const words = alarmWords(flights(), WRITING);
  assert.equal(words?.isRaised, true);
  assert.equal(spaced(words?.title ?? ''), '1 alarm · since March 14');
  assert.deepEqual(words?.lines.map(spaced), [
    'Mean absolute error where origin is LGA: 24.2 min, above 17.2 min',
    'Evidence 31,000 : 1 · false alarms over its life: at most 5 %',
  ]);
  assert.deepEqual(words?.details, ['Mean absolute error at origin LGA is above its reference of 17.2.']);
});

test('alarms that are over are quiet, and without any kept nothing is said', () => {
  const over = flights().alarms?.map((alarm) => ({ ...alarm, state: 'resolved' as const })) ?? [];
  assert.equal(alarmWords(flights({ alarms: over }), WRITING)?.isRaised, false);
  assert.equal(alarmWords(flights({ alarms: [] }), WRITING)?.title, 'No alarm stands');
  assert.equal(alarmWords(snapshotOf([]), WRITING), undefined);
});

test('many alarms are counted, those over all rows are named first, and all are there in whole on demand', () => {
  const [alarm] = flights().alarms ?? [];
  assert.ok(alarm);
  const alarms = Array.from({ length: 5 }, (_, i) => ({ ...alarm, id: `${i}`, text: `Alarm ${i}.` }));
  const { slice: _, value: __, ...ofAll } = alarm;
  const accuracy = { ...ofAll, figure: 'accuracy', reference: 0.9, text: 'Of all.' };
  const words = alarmWords(flights({ alarms: [...alarms, accuracy] }), WRITING);
  assert.equal(spaced(words?.title ?? ''), '6 alarms · since March 14');
  assert.deepEqual(words?.lines.map(spaced), [
    'Accuracy below 90.0 %',
    'Mean absolute error where origin is LGA: 24.2 min, above 17.2 min',
    'and 4 more',
  ]);
  assert.deepEqual(words?.details, ['Of all.', ...alarms.map(({ text }) => text)]);
});

test('the controls offer what there is, in an order that stays', () => {
  const snapshot = flights();
  const chosen = choose(snapshot, { slice: 'origin:ORD', figure: 'rmse' });
  assert.ok(chosen);
  const [model, window, slice, figure] = controls(chosen, 'en');
  assert.deepEqual(model?.options, [
    { value: '', text: 'flights_linear' },
    { value: 'flights_boosting', text: 'flights_boosting' },
  ]);
  assert.deepEqual(window?.options, [{ value: '', text: 'all (a slice has no windows)' }]);
  assert.equal(slice?.picked, 'origin:ORD');
  const values = slice?.options.map(({ text }) => text) ?? [];
  assert.equal(values[0], 'every origin');
  assert.equal(values.at(-1), '(other)');
  assert.deepEqual(values.slice(1, -1), values.slice(1, -1).toSorted());
  assert.equal(figure?.picked, '', 'this slice has no rmse: the main figure stands');
});

test('windows are named as people say them', () => {
  const names = ['last-1000', 'sliding-1h', 'sliding-15m', 'tumbling-1d', 'faded-1h', 'something-else'];
  assert.deepEqual(
    names.map((name) => windowName(name, 'en')),
    ['last 1,000 rows', 'last hour', 'last 15 minutes', 'this day', 'fading over 1 hour', 'something-else'],
  );
});

test('a duration is told in its two largest units', () => {
  const seconds = [0, 0.0132, 4.25, 59, 60, 7_860, 86_400, 190_000, 3_599.9];
  assert.deepEqual(
    seconds.map((each) => spaced(durationText(each, 'en'))),
    ['0 ms', '13 ms', '4.3 s', '59 s', '1 min', '2 h 11 min', '1 d', '2 d 5 h', '60 min'],
  );
});

test('all figures stand side by side, with the verdict', () => {
  const { models, rows } = figureTable(flights(), {}, WRITING);
  assert.equal(plainText(models), 'flights_linearflights_boosting');
  const cells = Object.fromEntries(rows.map(({ title, cells }) => [title, cells.map(spaced)]));
  assert.deepEqual(cells['rows'], ['44,487 of 44,526', '44,487 of 44,526']);
  assert.deepEqual(cells['against the champion'], ['–', 'better: −1.68 ± 0.12 min on 44,487 pairs']);
  assert.deepEqual(cells['mean absolute error'], ['18.1 ± 0.4 min', '16.4 ± 0.4 min']);
});

test('a square is in the square of the unit, which a title cannot say for all', () => {
  const [linear] = flights().models;
  assert.ok(linear);
  const snapshot = flights({ models: [{ ...linear, figures: { ...linear.figures, mse: { value: 870 } } }] });
  const cellOf = (writing: Parameters<typeof figureTable>[2], title: string) =>
    spaced(figureTable(snapshot, {}, writing).rows.find((row) => row.title === title)?.cells[0] ?? '');
  assert.equal(cellOf(WRITING, 'mean squared error'), '870 min²');
  assert.equal(cellOf({ ...WRITING, isUnitInTitle: true }, 'mean squared error'), '870 min²');
  assert.equal(cellOf({ ...WRITING, isUnitInTitle: true }, 'mean absolute error'), '18.1 ± 0.4');
  assert.equal(cellOf({ ...WRITING, units: 'mg/dl' }, 'mean squared error'), '870 (mg/dl)²');
  assert.equal(cellOf({ ...WRITING, units: undefined }, 'mean squared error'), '870');
});

test('what challengers with probabilities are compared by is said: their accuracy may say the opposite', () => {
  const [champion, challenger] = flights().models;
  assert.ok(champion && challenger);
  const figures = { accuracy: { value: 0.8 }, log_loss: { value: 0.4 } };
  const models = [champion, challenger].map((model) => ({ ...model, task: 'binary' as const, figures }));
  assert.match(spaced(tilesOf(flights({ models }))[1]?.beside ?? ''), /^± [\d.]+ % better by p\(truth\)$/);
});

function tilesOf(snapshot: Snapshot) {
  const chosen = choose(snapshot, {});
  assert.ok(chosen);
  return tiles(snapshot, chosen, WRITING);
}
