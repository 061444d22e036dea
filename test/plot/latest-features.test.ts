import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftOver, LatestFeatures } from '../../src/plot/latest-features.ts';
import { summaryOf } from '../../src/stats/distribution-summary.ts';
import { numberDrift } from '../../src/stats/feature-drift.ts';
import { Payload } from '../../src/wire/payload.ts';
import { SNAPSHOTS } from '../../src/wire/queues.ts';
import {
  decodeFeaturesSnapshot,
  encodeFeaturesSnapshot,
  type FeaturesSnapshot,
  isFeaturesSnapshot,
} from '../../src/wire/features-snapshot.ts';
import { eventually } from '../setup/eventually.ts';
import { startedPlot } from './plot-stage.ts';

const numbers = (values: readonly number[]) =>
  ({ kind: 'number', ...summaryOf(Float64Array.from(values).sort(), 0) }) as const;

function featuresOf(
  publisher: string,
  reference: number[],
  window: number[],
  more: Partial<FeaturesSnapshot> = {},
): FeaturesSnapshot {
  return {
    kind: 'features',
    schema: 1,
    publisher,
    publishedAtMs: 1,
    everyMs: 1_000,
    sinceMs: 0,
    model: 'm',
    rows: window.length,
    reference: { source: 'first-rows', rows: reference.length, rowsWanted: reference.length },
    window: { rows: window.length, fromMs: 10, toMs: 20 },
    features: [{ name: 'x', reference: numbers(reference), window: numbers(window) }],
    left: 0,
    ...more,
  };
}

test('workers are read together: their references, their windows, and since when', () => {
  const drift = driftOver([
    featuresOf('a', [1, 2], [5, 6, 7], { sinceMs: 100 }),
    featuresOf('b', [3], [8], { window: { rows: 1, fromMs: 5, toMs: 30 } }),
  ]);
  assert.deepEqual(
    [drift?.workers, drift?.sinceMs, drift?.window],
    [2, 100, { rows: 4, fromMs: 5, toMs: 30 }],
  );
  assert.deepEqual(drift?.reference, { source: 'first-rows', rows: 3, rowsWanted: 3 });
  const alone = numberDrift({ reference: [numbers([1, 2, 3])], current: [numbers([5, 6, 7, 8])] });
  assert.equal(drift?.features[0]?.drift['ks']?.value, alone['ks']?.value);
});

test('the marks of all workers come in the order of their times', () => {
  const marks = [3, 1, 2].map((atMs) => ({
    atMs,
    kind: 'change' as const,
    text: `ADWIN: x rose at ${atMs}`,
  }));
  const drift = driftOver([
    featuresOf('a', [1], [5], { marks: marks.slice(0, 1) }),
    featuresOf('b', [1], [5], { marks: marks.slice(1) }),
    featuresOf('c', [1], [5]),
  ]);
  assert.deepEqual(
    drift?.marks.map(({ atMs }) => atMs),
    [1, 2, 3],
  );
});

test('a worker that has fallen silent is left out, and so is one that serves another model', () => {
  const latest = new LatestFeatures();
  latest.accept({ snapshot: featuresOf('a', [1], [1]), receivedAtMs: 0 });
  latest.accept({ snapshot: featuresOf('b', [1], [1]), receivedAtMs: 2_000 });
  assert.equal(latest.drift(2_000)?.workers, 2);
  assert.deepEqual(
    latest.speaking(4_000).map(({ publisher }) => publisher),
    ['b'],
  );
  latest.accept({ snapshot: featuresOf('c', [1], [1], { model: 'n' }), receivedAtMs: 4_000 });
  assert.deepEqual(
    latest.speaking(4_000).map(({ publisher }) => publisher),
    ['c'],
  );
  assert.equal(latest.drift(20_000), undefined);
});

test('one worker that has met a text makes the feature one of categories', () => {
  const text = { kind: 'category', count: 1, missing: 0, labels: ['b'], counts: [1], other: 0 } as const;
  const drift = driftOver([
    featuresOf('a', [1], [1]),
    featuresOf('b', [1], [1], { features: [{ name: 'x', reference: text, window: text }] }),
  ]);
  assert.equal(drift?.features[0]?.kind, 'category');
  assert.equal(drift?.features[0]?.drift['psi']?.value, 0);
});

test('on the wire it is told apart from a snapshot of metric, and what is malformed is refused', () => {
  const change = { detector: 'kswin', on: 'feature', feature: 'x' } as const;
  const marks = [{ atMs: 7, kind: 'change', text: 'KSWIN: x changed', change }] as const;
  const snapshot = featuresOf('a', [1, 2], [3], { marks });
  const bytes = Payload.ofBytes(encodeFeaturesSnapshot(snapshot).bytes());
  assert.ok(isFeaturesSnapshot(bytes) && isFeaturesSnapshot(encodeFeaturesSnapshot(snapshot)));
  assert.ok(!isFeaturesSnapshot(Payload.ofJson({ kind: 'metric', features: [] })));
  assert.deepEqual(decodeFeaturesSnapshot(bytes), snapshot);
  const [feature] = snapshot.features;
  const torn = { ...snapshot, features: [{ ...feature, window: { ...feature?.window, upTo: [] } }] };
  assert.throws(
    () => decodeFeaturesSnapshot(Payload.ofJson(torn)),
    /features.0.window: its lists are not of one length/,
  );
  assert.throws(() => decodeFeaturesSnapshot(Payload.ofJson({ ...snapshot, rows: -1 })), /rows/);
});

test('the page and its API have the drift, and the distributions of every worker', async (t) => {
  const { stage, broker } = await startedPlot(t);
  const send = () =>
    broker.publish(
      { exchange: SNAPSHOTS },
      { payload: Payload.ofJson(featuresOf('a', [1, 2, 3], [1, 2, 30])) },
    );
  const drift = await eventually(async () => {
    await send();
    const feed = (await (await stage.routes.request('/api/snapshot')).json()) as {
      drift?: { features: { name: string; drift: { ks: { value: number } } }[] };
    };
    assert.ok(feed.drift !== undefined);
    return feed.drift;
  }, 5_000);
  assert.equal(drift.features[0]?.name, 'x');
  assert.ok(Math.abs(drift.features[0].drift.ks.value - 1 / 3) < 1e-12);
  const workers = (await (await stage.routes.request('/api/features')).json()) as FeaturesSnapshot[];
  assert.deepEqual(
    workers.map(({ publisher }) => publisher),
    ['a'],
  );
});
