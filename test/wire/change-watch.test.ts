import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeMark, parseChangeWatch } from '../../src/wire/change-watch.ts';

test('a change watch names a detector, what it looks at, and parameters that are not the usual ones', () => {
  const read = (text: string) => {
    const { text: canonical, name, on, detector } = parseChangeWatch(text);
    return [canonical, name, on, detector.name];
  };
  assert.deepEqual(read('adwin(loss)'), ['adwin(loss)', 'adwin', { kind: 'loss' }, 'ADWIN']);
  assert.deepEqual(read(' page-hinkley ( prediction , sides = rise,threshold=2e1 ) '), [
    'page-hinkley(prediction,sides=rise,threshold=2e1)',
    'page-hinkley',
    { kind: 'prediction' },
    'Page-Hinkley',
  ]);
  assert.deepEqual(read('kswin(feature:petal width (cm), alpha=0.01)'), [
    'kswin(feature:petal width (cm),alpha=0.01)',
    'kswin',
    { kind: 'feature', feature: 'petal width (cm)' },
    'KSWIN',
  ]);
  assert.deepEqual(read('cusum(feature:a, b)')[2], { kind: 'feature', feature: 'a, b' });
});

test('a parameter is that of the detector', () => {
  const step = [
    ...Array.from({ length: 64 }, (_, i) => i % 2),
    ...Array.from({ length: 64 }, (_, i) => 9 + (i % 2)),
  ];
  const marksOf = (text: string): number[] => {
    const { detector } = parseChangeWatch(text);
    const state = detector.empty();
    return step.flatMap((x, i) => (detector.add(state, x) === undefined ? [] : [i]));
  };
  assert.equal(marksOf('adwin(loss, clock=64)').at(-1), 127);
  assert.ok(marksOf('adwin(loss, clock=1)').at(0)! < 72);
  assert.equal(marksOf('adwin(loss, clock=1, after-change=drop)').length, 1);
  assert.deepEqual(marksOf('page-hinkley(loss, threshold=1e9)'), []);
});

test('what is no change watch is refused with what was found and what was expected', () => {
  const refusal = (text: string): string => {
    try {
      parseChangeWatch(text);
    } catch (error) {
      assert.ok(error instanceof RangeError);
      return error.message;
    }
    throw new assert.AssertionError({ message: `${text} was not refused` });
  };
  assert.equal(refusal('adwin'), 'found "adwin", expected DETECTOR(WHAT) such as adwin(loss)');
  assert.equal(
    refusal('adwni(loss)'),
    'found "adwni(loss)", expected a detector that is one of adwin, page-hinkley, ddm, cusum, kswin',
  );
  for (const what of ['los', 'feature:', 'feature', '']) {
    assert.equal(
      refusal(`adwin(${what})`),
      `found "adwin(${what})", expected adwin(loss, prediction or feature:NAME)`,
    );
  }
  assert.equal(refusal('ddm(prediction)'), 'found "ddm(prediction)", expected ddm(loss): it looks at errors');
  for (const parameter of [
    'delta=2',
    'delta=',
    'delta=x',
    'dleta=0.1',
    'after-change=never',
    'clock=1.5',
    'toString=1',
  ]) {
    assert.equal(
      refusal(`adwin(loss, ${parameter})`),
      `found "adwin(loss, ${parameter})", expected of adwin nothing but delta=(1e-12 to 0.5), clock=(1 to 1000000), after-change=(keep or drop)`,
    );
  }
  assert.match(
    refusal('kswin(loss, window-count=40, young-count=30)'),
    /Cannot compare 30 of 40 observations/,
  );
});

test('a mark says who saw what, in words that promise nothing, and its direction only where that is known', () => {
  const feature = parseChangeWatch('kswin(feature:age)');
  assert.deepEqual(changeMark(feature, 'difference', 7), {
    atMs: 7,
    kind: 'change',
    text: 'KSWIN: age changed',
    change: { detector: 'kswin', on: 'feature', feature: 'age' },
  });
  assert.deepEqual(changeMark(parseChangeWatch('page-hinkley(prediction)'), 'fall', 8), {
    atMs: 8,
    kind: 'change',
    text: 'Page-Hinkley: prediction fell',
    change: { detector: 'page-hinkley', on: 'prediction', direction: 'fall' },
  });
});
