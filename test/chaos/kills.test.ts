import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as hold } from 'node:timers/promises';
import { privateNode } from '../setup/find-rabbitmq.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { assertClean } from './assert-clean.ts';
import { assertLoses } from './assert-loses.ts';
import { KILL_BROKER, killOf, SWALLOW, type Fault } from './faults.ts';
import { Moments } from './moments.ts';
import { Pipeline, type PipelineSettings } from './pipeline.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { trial } from './trial.ts';
import { safetyOff, type Safety } from './unsafe/safety-off.ts';
import { verdictOf, type Verdict } from './verdict.ts';

const ROWS = 200_000;
/** About what the others can take: features is still there when it is to be killed. */
const RATE = 20_000;
/** Where rows are lost the log stops growing; so long without one is taken for that. */
const QUIET_MS = 3_000;
/** Few messages in hand, so that a run of this length still has work everywhere when the last kill comes. */
const SHORT_HAND = ['--prefetch', '20', '--batch', '5'];

test('kill -9 of every stage, of all and of the broker under full load: every id is in the log once', async () => {
  await using node = await privateNode();
  // Features sends for twenty seconds: however far behind the log is on a slow machine, it is there to be killed first.
  await using pipeline = await Pipeline.start({
    url: node.url,
    rows: ROWS,
    rate: RATE / 2,
    flags: SHORT_HAND,
  });
  const site = { pipeline, node, brokerUrl: node.url, holdMs: 0, moments: new Moments(20_260_302) };
  const kills = [
    killOf('features'),
    killOf('model'),
    killOf('metric', 'plot'),
    KILL_BROKER,
    killOf('features', 'model', 'metric', 'plot'),
  ];
  const report = await trial(site, kills, { overlapping: true, spacing: ROWS / 10 });
  assertClean(report, kills);
  assert.equal(report.rows, ROWS);
});

/** At full speed, without the stage that only shows. */
const DATA_PATH = { stages: ['features', 'model', 'metric'], rows: ROWS, flags: SHORT_HAND } as const;

const SWALLOWED_MS = 1_000;

/** What features has sent for a while never arrived, and it is killed before it hears of that. */
const KILL_WHILE_SWALLOWED: Fault = {
  ...killOf('features'),
  name: `${killOf('features').name} while the ${SWALLOW.name}`,
  async strike(site) {
    site.proxy?.swallow();
    await hold(SWALLOWED_MS);
    await killOf('features').strike(site);
    site.proxy?.open();
  },
};

/** What such a kill costs without the safety: a check that cannot fail would prove nothing. */
const WITHOUT: readonly Without[] = [
  { what: 'metric acknowledges on delivery', kill: killOf('metric'), env: { metric: safetyOff('auto-ack') } },
  { what: 'model acknowledges on delivery', kill: killOf('model'), env: { model: safetyOff('auto-ack') } },
  {
    what: 'features waits for no confirm',
    kill: KILL_WHILE_SWALLOWED,
    rate: RATE,
    env: { features: safetyOff('unconfirmed') },
  },
  { what: 'the queues are transient', kill: KILL_BROKER, rows: 20_000, flags: ['--dialect', 'classic'] },
];

interface Without extends Pick<PipelineSettings, 'env' | 'rows' | 'rate' | 'flags'> {
  readonly what: string;
  readonly kill: Fault;
}

for (const { what, kill, ...settings } of WITHOUT) {
  test(`where ${what}, a ${kill.name} is seen to lose rows`, async () => {
    await using node = await privateNode();
    await assertLoses((seed) => lostWithout(kill, { node, settings, seed }));
  });
}

async function lostWithout(
  kill: Fault,
  on: {
    readonly node: RabbitNode;
    readonly settings: Omit<Without, 'what' | 'kill'>;
    readonly seed: number;
  },
): Promise<number> {
  const { node, settings, seed } = on;
  const { host, port } = new URL(node.url);
  await using proxy = await TcpProxy.to(Number(port));
  await using pipeline = await Pipeline.start({
    url: node.url.replace(host, `127.0.0.1:${proxy.port}`),
    rows: ROWS,
    flags: SHORT_HAND,
    ...settings,
  });
  const site = { pipeline, node, proxy, brokerUrl: node.url, holdMs: 0, moments: new Moments(seed) };
  const { lost } = await trial(site, [kill], { spacing: seed * pipeline.rows * 0.1, patienceMs: QUIET_MS });
  return lost;
}

test('a kill between the lines of the log and their transaction doubles none; with the cursor apart it is seen to', async () => {
  assert.deepEqual(await killedInCommit([]), {
    rows: 60_000,
    lost: 0,
    duplicated: 0,
    wrong: 0,
    problems: [],
  });
  const { duplicated } = await killedInCommit(['cursor-apart']);
  assert.ok(duplicated > 0, `${duplicated} rows were doubled`);
});

async function killedInCommit(off: readonly Safety[]): Promise<Verdict> {
  await using broker = await testBroker();
  await using pipeline = new Pipeline({ ...DATA_PATH, url: broker.url, rows: 60_000 });
  const killed = { ...safetyOff('killed-in-commit', ...off), AFTERMATH_TEST_KILLED_IN_COMMIT: '2' };
  pipeline.start('metric', killed);
  for (const stage of ['model', 'features'] as const) pipeline.start(stage);
  assert.equal(await pipeline.program('metric').ended(), -1);
  pipeline.start('metric', safetyOff(...off));
  await pipeline.reaches(pipeline.rows);
  await pipeline.stopAll();
  return verdictOf(pipeline);
}
