import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TinyDisk } from '../metric/tiny-disk.ts';
import { privateNode } from '../setup/find-rabbitmq.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { assertClean } from './assert-clean.ts';
import { assertLoses } from './assert-loses.ts';
import { FakeClock } from './fake-clock.ts';
import {
  type Fault,
  alarmOf,
  CLOCK_BACK,
  CUT,
  deletionOf,
  FREEZE,
  FULL_DISK,
  pauseOf,
  SWALLOW,
  termOf,
} from './faults.ts';
import { Moments } from './moments.ts';
import { Pipeline } from './pipeline.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { trial } from './trial.ts';
import { safetyOff } from './unsafe/safety-off.ts';

/** Rows per second: load, but no more than a busy machine can take. */
const RATE = 2_000;
/** Longer than either side waits for a sign of life, at `heartbeat=1`. */
const SILENCE_MS = 4_000;
/** Where rows are lost the log stops growing; so long without one is taken for that. */
const QUIET_MS = 3_000;
const DISK_KIB = 64 * 1024;

test('cut, frozen and swallowing connections, a stopped service, a deleted queue, a broker short of memory: nothing is lost', async () => {
  await using node = await privateNode();
  await using proxy = await proxyTo(node.url);
  const url = `amqp://guest:guest@127.0.0.1:${proxy.port}/?heartbeat=1`;
  await using pipeline = await Pipeline.start({ url, rate: RATE });
  const faults = [
    CUT,
    pauseOf('metric'),
    SWALLOW,
    termOf('model'),
    FREEZE,
    deletionOf('y_pred'),
    alarmOf('memory'),
    termOf('metric'),
  ];
  const site = { pipeline, node, proxy, brokerUrl: node.url, holdMs: SILENCE_MS, moments: new Moments(4) };
  const report = await trial(site, faults, { spacing: RATE });
  assertClean(report, faults);
  assert.match(pipeline.heard('model'), /Lost the connection/);
  assert.match(pipeline.heard('model'), /takes no messages now \(low on memory\)/);
  assert.match(pipeline.heard('metric'), /ended the consumer of queue "y_pred"/);
});

test('a full disk and a clock that is set back under metric: nothing is lost', async () => {
  await using broker = await testBroker();
  using disk = new TinyDisk(DISK_KIB);
  using clock = await FakeClock.create();
  const settings = { url: broker.url, rate: RATE, logs: disk.dir, env: { metric: clock.env } };
  await using pipeline = await Pipeline.start({ ...settings, stages: ['features', 'model', 'metric'] });
  const faults = [FULL_DISK, CLOCK_BACK, termOf('metric'), FULL_DISK];
  const site = { pipeline, disk, clock, brokerUrl: broker.url, holdMs: 1_000, moments: new Moments(5) };
  const report = await trial(site, faults, { spacing: RATE });
  assertClean(report, faults);
  assert.match(pipeline.heard('metric'), /It goes on when there is space again/);
});

/** What these cost without the safety: a check that cannot fail would prove nothing. */
for (const { fault, rate } of [
  { fault: CUT, rate: 0 },
  { fault: termOf('metric'), rate: 0 },
  // So that rows are left that come once there is space again: metric is ready with the next one it can store.
  { fault: FULL_DISK, rate: 10_000 },
]) {
  test(`where metric acknowledges on delivery, ${fault.name} is seen to lose rows`, async () => {
    await assertLoses((seed) => lostWithout(fault, { rate, seed }));
  });
}

async function lostWithout(
  fault: Fault,
  { rate, seed }: { readonly rate: number; readonly seed: number },
): Promise<number> {
  await using broker = await testBroker();
  const { host } = new URL(broker.url);
  await using proxy = await proxyTo(broker.url);
  using disk = new TinyDisk(DISK_KIB);
  await using pipeline = await Pipeline.start({
    url: broker.url.replace(host, `127.0.0.1:${proxy.port}`),
    rows: 100_000,
    rate,
    logs: disk.dir,
    stages: ['features', 'model', 'metric'],
    // What it works on it finishes before it ends: with small batches more is in its hands than that.
    env: { metric: { ...safetyOff('auto-ack'), AFTERMATH_BATCH: '20' } },
  });
  const site = { pipeline, proxy, disk, brokerUrl: broker.url, holdMs: 1_000, moments: new Moments(seed) };
  const { lost } = await trial(site, [fault], { spacing: 50_000, patienceMs: QUIET_MS });
  return lost;
}

function proxyTo(url: string): Promise<TcpProxy> {
  return TcpProxy.to(Number(new URL(url).port));
}
