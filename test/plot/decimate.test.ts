import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decimate, decimateForPage, PAGE_POINTS_MAX } from '../../src/plot/decimate.ts';
import { busySnapshot } from './busy-snapshot.ts';

const point = (atMs: number, mae: number) => ({ atMs, mae, recentMae: mae, scored: atMs });

test('a decimated history keeps its ends, its order and its length', () => {
  const maes = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(maes, fc.integer({ min: 3, max: 50 }), (maes, pointsMax) => {
      const points = maes.map((mae, i) => point(i, mae));
      const kept = decimate(points, pointsMax);
      assert.equal(kept.length, Math.min(points.length, pointsMax));
      assert.equal(kept[0], points[0]);
      assert.equal(kept.at(-1), points.at(-1));
      for (let i = 1; i < kept.length; i++) assert.ok((kept[i]?.atMs ?? 0) > (kept[i - 1]?.atMs ?? 0));
    }),
    { seed: 1 },
  );
});

test('a single peak among thousands of points is never lost', () => {
  for (const peak of [1, 777, 1_234, 1_998]) {
    const points = Array.from({ length: 2_000 }, (_, i) => point(i, i === peak ? 50 : 10));
    assert.ok(decimate(points, 100).some(({ mae }) => mae === 50));
  }
});

test('a page is told no more of a history than it can show', () => {
  const { models } = decimateForPage(busySnapshot(0));
  for (const { history } of models) assert.equal(history.length, PAGE_POINTS_MAX);
});
