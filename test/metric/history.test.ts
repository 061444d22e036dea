import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../src/metric/ordered/history.ts';
import { HISTORY_POINTS_MAX } from '../../src/wire/snapshot.ts';

test('a history of any length has a bounded number of points, in order, that weigh every outcome once', () => {
  const history = new History();
  let [scored, sum] = [0, 0];
  for (let second = 0; second < 100_000; second++) {
    const error = (second % 17) / 4;
    history.add(error);
    scored++;
    sum += error;
    history.mark({ atMs: second * 1000, scored, mae: sum / scored });
    assert.ok(history.points.length <= HISTORY_POINTS_MAX);
  }
  const { points } = history;
  assert.ok(points.length >= HISTORY_POINTS_MAX / 4, `${points.length} points`);
  let [before, weighed] = [0, 0];
  for (const point of points) {
    assert.ok(point.scored > before);
    weighed += point.recentMae * (point.scored - before);
    before = point.scored;
  }
  const last = points.at(-1);
  assert.ok(last && Math.abs(weighed - last.mae * last.scored) < 1e-6 * weighed);
});

test('a history comes back as it was stored, and without news it gets no point', () => {
  const history = new History();
  history.mark({ atMs: 1, scored: 0, mae: 0 });
  assert.deepEqual(history.points, []);
  history.add(2);
  history.mark({ atMs: 5, scored: 1, mae: 2 });
  assert.deepEqual(History.from(history.stored()).points, [{ atMs: 5, scored: 1, mae: 2, recentMae: 2 }]);
});
