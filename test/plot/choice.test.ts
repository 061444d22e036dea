import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readChoice, sliceKey, writeChoice, type Choice } from '../../src/plot/choice.ts';
import { choose } from '../../src/plot/chosen.ts';
import { flights } from './flights.ts';

test('a choice survives its address, whatever the names', () => {
  const name = fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' });
  const choices = fc.record({ model: name, window: name, slice: name, figure: name }, { requiredKeys: [] });
  fc.assert(
    fc.property(choices, (choice) => {
      assert.deepEqual({ ...readChoice(new URLSearchParams(writeChoice(choice))) }, { ...choice });
    }),
    { seed: 1 },
  );
});

test('an address reads as people write it, and is empty where nothing is picked', () => {
  assert.equal(writeChoice({ slice: sliceKey({ tag: 'origin', value: 'LGA' }) }), '?slice=origin:LGA');
  assert.equal(writeChoice({}), '');
});

test('two slices never have one key', () => {
  assert.notEqual(sliceKey({ tag: 'a:b', value: 'c' }), sliceKey({ tag: 'a', value: 'b:c' }));
});

test('what a snapshot does not have is as if it were not picked', () => {
  const gone: Choice = { model: 'gone', window: 'last-7', slice: 'origin:ZZZ', figure: 'toString' };
  assert.deepEqual(choose(flights(), gone), choose(flights(), {}));
});

test('what is picked is what is shown', () => {
  const [linear, boosting] = flights().models;
  const slice = linear?.slices?.find(({ value }) => value === 'ORD');
  const ofSlice = choose(flights(), { slice: 'origin:ORD', figure: 'median_absolute_error' });
  assert.equal(ofSlice?.scored, slice?.scored);
  assert.equal(ofSlice?.figure?.value, slice?.figures['median_absolute_error']?.value);
  const ofWindow = choose(flights(), { model: 'flights_boosting', window: 'last-1000' });
  assert.equal(ofWindow?.scored, 1_000);
  assert.deepEqual(ofWindow?.errors, boosting?.windows?.find(({ window }) => window === 'last-1000')?.errors);
});
