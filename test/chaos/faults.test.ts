import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as hold } from 'node:timers/promises';
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
import { Pipeline, type PipelineSettings } from './pipeline.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { trial, type Report } from './trial.ts';
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

/** A queue that is deleted while its consumer stands still and cannot declare it again: who publishes to it has to. */
const DELETION_UNSEEN: Fault = {
  ...deletionOf('y_pred'),
  name: 'queue y_pred deleted while metric stands still',
  async strike(site) {
    const { pipeline } = site;
    await pipeline.reaches(await pipeline.pauseRows());
    pipeline.program('metric').signal('SIGSTOP');
    await deletionOf('y_pred').strike(site);
    await hold(SILENCE_MS);
    pipeline.program('metric').signal('SIGCONT');
  },
};

test(`${DELETION_UNSEEN.name}: nothing is lost`, async () => {
  const report = await struckBy(DELETION_UNSEEN, { rate: RATE, rows: 20_000, seed: 1 });
  assertClean(report, [DELETION_UNSEEN]);
});

const AT_ONCE = { metric: safetyOff('auto-ack') };

/** What these cost without the safety: a check that cannot fail would prove nothing. */
const WITHOUT: readonly Without[] = [
  ...[CUT, pauseOf('metric'), termOf('metric')].map((fault) => ({
    what: 'metric acknowledges on delivery',
    fault,
    rate: 0,
    rows: 100_000,
    off: AT_ONCE,
  })),
  // What it sends while nothing passes counts as safe.
  ...[FREEZE, SWALLOW].map((fault) => ({
    what: 'features waits for no confirm',
    fault,
    rate: RATE,
    rows: 20_000,
    off: { features: safetyOff('unconfirmed') },
  })),
  // Without an end, so that rows are left that come once there is space again: metric is ready with the next one it stores.
  { what: 'metric acknowledges on delivery', fault: FULL_DISK, rate: RATE, off: AT_ONCE },
  {
    what: 'model is given nothing back',
    fault: DELETION_UNSEEN,
    rate: RATE,
    rows: 20_000,
    off: { model: safetyOff('unreturned') },
  },
];

interface Without extends Conditions {
  readonly what: string;
  readonly fault: Fault;
}

/** At which speed so many rows pass, and in which service a safety is switched off. */
interface Conditions {
  readonly rate: number;
  /** Default: as many as there is time for. */
  readonly rows?: number;
  readonly off?: PipelineSettings['env'];
}

for (const { what, fault, ...settings } of WITHOUT) {
  test(`where ${what}, ${fault.name} is seen to lose rows`, async () => {
    await assertLoses(
      async (seed) => (await struckBy(fault, { ...settings, seed, patienceMs: QUIET_MS })).lost,
    );
  });
}
/** One fault, somewhere in the first half, or in the first ten seconds of a run without an end. */
async function struckBy(
  fault: Fault,
  conditions: Conditions & { readonly seed: number; readonly patienceMs?: number },
): Promise<Report> {
  const { rate, rows, off, seed, patienceMs } = conditions;
  await using broker = await testBroker();
  const { host } = new URL(broker.url);
  await using proxy = await proxyTo(broker.url);
  using disk = new TinyDisk(DISK_KIB);
  await using pipeline = await Pipeline.start({
    url: `${broker.url.replace(host, `127.0.0.1:${proxy.port}`)}?heartbeat=1`,
    ...(rows !== undefined && { rows }),
    rate,
    logs: disk.dir,
    stages: ['features', 'model', 'metric'],
    // What metric works on it finishes before it ends: with small batches more is in its hands than that.
    env: { ...off, metric: { ...off?.metric, AFTERMATH_BATCH: '20' } },
  });
  const site = {
    pipeline,
    proxy,
    disk,
    brokerUrl: broker.url,
    holdMs: SILENCE_MS,
    moments: new Moments(seed),
  };
  const spacing = rows === undefined ? 10 * rate : rows / 2;
  return await trial(site, [fault], { spacing, ...(patienceMs !== undefined && { patienceMs }) });
}

function proxyTo(url: string): Promise<TcpProxy> {
  return TcpProxy.to(Number(new URL(url).port));
}
