import { connect } from 'amqplib';
import { TinyDisk } from '../metric/tiny-disk.ts';
import { privateNode } from '../setup/find-rabbitmq.ts';
import { rabbitCluster } from '../setup/rabbit-cluster.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import { FakeClock } from './fake-clock.ts';
import * as faults from './faults.ts';
import type { Fault } from './faults.ts';
import type { Moments } from './moments.ts';
import { Pipeline, STAGES } from './pipeline.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { trial, type Report } from './trial.ts';

/** How much of it, and against what. */
export interface PartOptions {
  readonly moments: Moments;
  /** Kills at least. */
  readonly kills: number;
  /** Rows of a run at full speed. */
  readonly rows: number;
  /** How long a fault lasts that has no end of its own. */
  readonly holdMs: number;
  /** A RabbitMQ that is there already; absent: one that is started for it, and may be killed. */
  readonly brokerUrl: string | undefined;
  readonly say: (line: string) => void;
}

/** What came of one run. */
export interface PartResult extends Report {
  readonly part: Part;
  /** RabbitMQ as it calls itself. */
  readonly broker: string;
}

/** The parts of the long run; each gives the runs it has made. */
export const PARTS = { kills, faults: everyFault, cluster } as const;
/** Name of a part. */
export type Part = keyof typeof PARTS;

/** Runs that never get further than this have something wrong with them. */
const RUNS_MAX = 30;
const SLOWER = { rate: 20_000, flags: ['--prefetch', '20', '--batch', '5'] };

/** Runs at full speed, each with some kills at random moments, until there were enough. */
async function* kills(options: PartOptions): AsyncGenerator<PartResult> {
  const { moments, rows } = options;
  let done = 0;
  for (let run = 0; done < options.kills && run < RUNS_MAX; run += 1) {
    await using broker = await brokerFor(options);
    const { url, node } = broker;
    // At full speed features has sent everything before the first kill; in every other run it is there to be killed,
    // and few messages are in hand, so that more of them come again.
    const isSlower = run % 2 === 1;
    await using pipeline = await Pipeline.start({ url, rows, ...(isSlower && SLOWER) });
    const features = faults.killOf('features');
    const plan = moments.shuffled([
      ...STAGES.map((stage) => faults.killOf(stage)),
      faults.killOf('metric'),
      faults.killOf(...STAGES),
      ...(node ? [faults.KILL_BROKER, faults.KILL_EVERYTHING] : []),
    ]);
    if (isSlower) plan.unshift(features, features);
    const site = { pipeline, brokerUrl: url, node, holdMs: 0, moments };
    const report = await trial(site, plan, { overlapping: true });
    done += report.struck.length;
    yield told(options, { ...report, part: 'kills', broker: broker.name });
  }
}

/** Every other fault, one after the other, in one long run under steady load. */
async function* everyFault(options: PartOptions): AsyncGenerator<PartResult> {
  const { moments, holdMs } = options;
  await using broker = await brokerFor(options);
  const { hostname, port } = new URL(broker.url);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost')
    throw new Error(`Cannot cut connections to ${hostname}: the proxy goes to this machine only.`);
  await using proxy = await TcpProxy.to(Number(port));
  const url = broker.url.replace(`${hostname}:${port}`, `127.0.0.1:${proxy.port}`);
  using disk = new TinyDisk(DISK_KIB);
  using clock = await FakeClock.create();
  await using pipeline = await Pipeline.start({
    url,
    rate: RATE,
    logs: disk.dir,
    env: { metric: clock.env },
  });
  const all: Fault[] = [
    ...(['features', 'model', 'metric'] as const).flatMap((stage) => [
      faults.termOf(stage),
      faults.pauseOf(stage),
    ]),
    faults.CUT,
    faults.CUT,
    faults.FREEZE,
    faults.SWALLOW,
    ...['features', 'y_true', 'y_pred'].map((queue) => faults.deletionOf(queue)),
    faults.alarmOf('memory'),
    faults.alarmOf('disk'),
    faults.FULL_DISK,
    faults.CLOCK_BACK,
    faults.SLOW_METRIC,
  ];
  const site = { pipeline, brokerUrl: broker.url, node: broker.node, proxy, disk, clock, holdMs, moments };
  const report = await trial(site, moments.shuffled(all), { spacing: 5 * RATE });
  yield told(options, { ...report, part: 'faults', broker: broker.name });
}

/** Rows per second: load, but not so much that queues of a minute take minutes. */
const RATE = 2_000;
const DISK_KIB = 1 << 20;

/** A cluster of three with quorum queues, whose nodes are killed while services are. */
async function* cluster(options: PartOptions): AsyncGenerator<PartResult> {
  if (options.brokerUrl !== undefined) return;
  await using nodes = await rabbitCluster();
  const url = `${nodes.url}/?heartbeat=5`;
  await using pipeline = await Pipeline.start({ url, rate: RATE, flags: ['--queue-type', 'quorum'] });
  const plan = Array.from({ length: NODE_KILLS }, () => faults.killOfNode()).flatMap((node) => [
    node,
    faults.killOf(options.moments.of(STAGES)),
  ]);
  const site = { pipeline, brokerUrl: url, nodes: nodes.nodes, holdMs: 0, moments: options.moments };
  const report = await trial(site, plan, { spacing: 2 * RATE });
  const [first] = nodes.nodes;
  const name = `three nodes of ${await nameOf(first?.url ?? '')}, quorum queues`;
  yield told(options, { ...report, part: 'cluster', broker: name });
}

const NODE_KILLS = 6;

interface PartBroker extends AsyncDisposable {
  readonly url: string;
  readonly node: RabbitNode | undefined;
  readonly name: string;
}

async function brokerFor({ brokerUrl }: PartOptions): Promise<PartBroker> {
  if (brokerUrl === undefined) {
    const node = await privateNode();
    const name = await nameOf(node.url);
    return { url: node.url, node, name, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
  }
  await mustBeEmpty(brokerUrl);
  const name = await nameOf(brokerUrl);
  return { url: brokerUrl, node: undefined, name, [Symbol.asyncDispose]: async () => {} };
}

async function nameOf(url: string): Promise<string> {
  const connection = await connect(url);
  const { product, version } = connection.connection.serverProperties;
  await connection.close();
  return `${product} ${version}`;
}

/** What somebody else has in these queues would be taken from them. */
async function mustBeEmpty(url: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  for (const queue of ['features', 'y_true', 'y_pred']) {
    const { messageCount, consumerCount } = await channel.assertQueue(queue, { durable: true });
    if (messageCount + consumerCount === 0) continue;
    throw new Error(
      `Cannot use ${new URL(url).host}: its queue ${queue} has ${messageCount} messages and ${consumerCount} consumers. Name a virtual host of its own in --broker.`,
    );
  }
  await connection.close();
}

function told(options: PartOptions, result: PartResult): PartResult {
  const { part, rows, struck, lost, duplicated, wrong, problems, seconds } = result;
  options.say(
    `${part}: ${rows} rows, ${struck.length} struck, lost ${lost}, duplicated ${duplicated}, wrong ${wrong}, ${seconds.toFixed(0)} s ${problems.join('; ')}`,
  );
  return result;
}
