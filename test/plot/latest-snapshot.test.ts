import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatestSnapshot } from '../../src/plot/latest-snapshot.ts';
import { snapshotOf } from './snapshots.ts';

const of = (publisher: string, publishedAtMs: number, receivedAtMs: number) => ({
  snapshot: snapshotOf([], { publisher, publishedAtMs }),
  receivedAtMs,
});

test('one publisher is shown as long as it speaks, then the one that spoke last', () => {
  const latest = new LatestSnapshot(5_000);
  assert.equal(publisherOf(latest), undefined);
  latest.accept(of('a', 1, 0));
  latest.accept(of('b', 2, 500));
  latest.accept(of('a', 3, 1_000));
  assert.equal(latest.shown?.snapshot.publishedAtMs, 3);
  latest.accept(of('b', 4, 6_000));
  assert.equal(publisherOf(latest), 'a');
  latest.accept(of('b', 5, 6_001));
  assert.equal(publisherOf(latest), 'b');
});

test('a snapshot that was overtaken is left out', () => {
  const latest = new LatestSnapshot(5_000);
  latest.accept(of('a', 2, 0));
  latest.accept(of('a', 1, 10));
  assert.equal(latest.shown?.receivedAtMs, 0);
});

test('publishers that come and go do not pile up, and the one that is shown stays', () => {
  const latest = new LatestSnapshot(5_000);
  for (let i = 0; i < 1_000; i++) {
    latest.accept(of(`run-${i}`, i, i));
    latest.accept(of('run-0', i, i));
  }
  assert.equal(publisherOf(latest), 'run-0');
  assert.equal(latest.shown?.snapshot.publishedAtMs, 999);
});

function publisherOf(latest: LatestSnapshot): string | undefined {
  return latest.shown?.snapshot.publisher;
}
