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

test('further figures are weighed as the error is, each over the rows that have it, and come back as stored', () => {
  let history = new History();
  let [scored, right, losses, loss] = [0, 0, 0, 0];
  for (let second = 0; second < 3_000; second++) {
    const isRight = second % 3 === 0 ? 0 : 1;
    const hasLoss = second % 2 === 0;
    history.add(1 - isRight, { accuracy: isRight, ...(hasLoss && { log_loss: second / 100 }) });
    scored++;
    right += isRight;
    if (hasLoss) [losses, loss] = [losses + 1, loss + second / 100];
    if (second === 1_500) history = History.from(structuredClone(history.stored()));
    const means = { accuracy: { value: right / scored, naive: 0.6 }, log_loss: { value: loss / losses } };
    history.mark({ atMs: second * 1000, scored, mae: 1 - right / scored, means });
  }
  let [before, weighed] = [0, 0];
  for (const { scored, recentMae, means } of history.points) {
    const { recent, naive } = means!['accuracy']!;
    assert.ok(Math.abs(recent - (1 - recentMae)) < 1e-12);
    assert.equal(naive, 0.6);
    weighed += recent * (scored - before);
    before = scored;
  }
  const last = history.points.at(-1)!;
  assert.ok(Math.abs(weighed - last.means!['accuracy']!.value * last.scored) < 1e-6);
  assert.ok(last.means!['log_loss']!.recent > last.means!['log_loss']!.value, 'losses rose');
});
