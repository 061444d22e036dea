import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addCount,
  countOf,
  emptySketch,
  linearBins,
  mergeSketch,
  readSketch,
  RELATIVE_ERROR,
  sketchQuantiles,
  writeSketch,
} from '../../src/stats/count-sketch.ts';
import type { CountSketch } from '../../src/stats/count-sketch.ts';
import { StateReader, StateWriter } from '../../src/stats/state-bytes.ts';

fc.configureGlobal({ seed: 20_010_201 });

const size = fc.oneof(
  fc.double({ min: 0, max: 1e100, noNaN: true }),
  fc.double({ min: 0, max: 300, noNaN: true }),
  fc.integer({ min: 0, max: 200 }),
  fc.constantFrom(0, 5e-324, 2 ** -1022, 1),
);
const sizes = fc.array(size, { minLength: 1, maxLength: 80 });

test('every quantile is within the stated relative error of the exact one', () => {
  fc.assert(
    fc.property(sizes, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (values, ratios) => {
      const sorted = values.toSorted((a, b) => a - b);
      for (const [i, found] of sketchQuantiles(sketchOf(values), ratios).entries()) {
        const rank = ratios[i]! * (values.length - 1);
        const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
        const exact = low + (high - low) * (rank - Math.floor(rank));
        assert.ok(
          Math.abs(found! - exact) <= RELATIVE_ERROR * 1.000001 * exact + 2 ** -1021,
          `${found} for ${exact} at ${ratios[i]}`,
        );
      }
    }),
  );
});

test('linear bins count exactly what lies in each, and hold all but the asked share', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 8, max: 128 }), (values, binsMax) => {
      const { width, counts, above } = linearBins(sketchOf(values), { binsMax, insideRatio: 0.9 })!;
      const expected = Array.from({ length: counts.length }, () => 0);
      let beyond = 0;
      for (const value of values) {
        const bin = Math.floor((value < 2 ** -1022 ? 0 : value) / width);
        if (bin < binsMax) expected[bin]!++;
        else beyond++;
      }
      assert.deepEqual({ counts, above }, { counts: expected, above: beyond });
      assert.ok(counts.length <= binsMax && above <= values.length * 0.1);
      assert.ok(Number.isInteger(Math.log2(width)));
    }),
  );
});

test('adding, taking out, merging and storing give the same counts in any order', () => {
  fc.assert(
    fc.property(sizes, sizes, (kept, taken) => {
      const [a, b] = [emptySketch(), emptySketch()];
      for (const value of taken) addCount(b, value, -1);
      for (const value of kept.toReversed()) addCount(a, value, 1);
      for (const value of taken) addCount(a, value, 1);
      mergeSketch(b, stored(a));
      assert.deepEqual(bytes(b), bytes(sketchOf(kept)));
      assert.equal(countOf(b), kept.length);
    }),
  );
});

test('an empty sketch has no quantile and no bins, one number has itself', () => {
  assert.deepEqual(sketchQuantiles(emptySketch(), [0, 0.5]), [undefined, undefined]);
  assert.equal(linearBins(emptySketch(), { binsMax: 60, insideRatio: 1 }), undefined);
  assert.deepEqual(sketchQuantiles(sketchOf([0]), [0, 0.5, 1]), [0, 0, 0]);
  assert.deepEqual(linearBins(sketchOf([0, 0]), { binsMax: 60, insideRatio: 1 }), {
    width: 1,
    counts: [2],
    above: 0,
  });
});

test('bins and buckets that cannot be are refused', () => {
  assert.throws(() => linearBins(sketchOf([1]), { binsMax: 7, insideRatio: 1 }), RangeError);
  assert.throws(() => linearBins(sketchOf([1]), { binsMax: 129, insideRatio: 1 }), RangeError);
  const writer = new StateWriter();
  for (const value of [0, 2047 * 128 + 1, 1, 0]) writer.integer(value);
  assert.throws(() => readSketch(new StateReader(writer.finish())), RangeError);
});

function sketchOf(values: readonly number[]): CountSketch {
  const sketch = emptySketch();
  for (const value of values) addCount(sketch, value, 1);
  return sketch;
}

function bytes(sketch: CountSketch): Uint8Array {
  const writer = new StateWriter();
  writeSketch(writer, sketch);
  return writer.finish();
}

function stored(sketch: CountSketch): CountSketch {
  return readSketch(new StateReader(bytes(sketch)));
}
