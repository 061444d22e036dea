import { setTimeout as hold } from 'node:timers/promises';
import { connect } from 'amqplib';
import type { TinyDisk } from '../metric/tiny-disk.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import type { FakeClock } from './fake-clock.ts';
import type { Moments } from './moments.ts';
import { STAGES, type Pipeline, type StageName } from './pipeline.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** What faults strike. What is absent cannot be struck. */
export interface Site {
  readonly pipeline: Pipeline;
  /** The broker itself, past any proxy. */
  readonly brokerUrl: string;
  /** Where the broker is ours, to be killed and starved. */
  readonly node?: RabbitNode | undefined;
  /** The nodes of a cluster, where it is one. */
  readonly nodes?: readonly RabbitNode[] | undefined;
  /** What the services reach the broker through. */
  readonly proxy?: TcpProxy | undefined;
  /** Where metric writes. */
  readonly disk?: TinyDisk | undefined;
  /** What metric takes for the time. */
  readonly clock?: FakeClock | undefined;
  /** How long a fault lasts that has no end of its own. */
  readonly holdMs: number;
  readonly moments: Moments;
}

/** Something that goes wrong, and is over when the promise fulfils; the services then have to recover by themselves. */
export interface Fault {
  readonly name: string;
  /** Whether it is the end of a process by `kill -9`. */
  readonly isKill: boolean;
  /** Whether it can happen here and now. */
  isPossible(site: Site): boolean;
  strike(site: Site): Promise<void>;
  /** What is put right once the services have recovered. */
  after?(): Promise<void> | undefined;
}

/** `kill -9` of a service, which is started again at once. */
export function killOf(...stages: readonly StageName[]): Fault {
  return {
    name: `kill -9 of ${stages.length === STAGES.length ? 'all four' : stages.join(' and ')}`,
    isKill: true,
    // Features may have sent all its rows: then there is nothing to kill.
    isPossible: ({ pipeline }) => stages.some((stage) => pipeline.runs(stage)),
    strike: ({ pipeline }) => pipeline.kill(...stages.filter((stage) => pipeline.runs(stage))),
  };
}

/** `kill -9` of the broker, which is started again at once. */
export const KILL_BROKER: Fault = {
  name: 'kill -9 of the broker',
  isKill: true,
  isPossible: ({ node }) => node !== undefined,
  async strike({ node }) {
    await node?.kill();
    await node?.start();
  },
};

/** `kill -9` of the broker and of all four services at once. */
export const KILL_EVERYTHING: Fault = {
  name: 'kill -9 of the broker and all four',
  isKill: true,
  isPossible: ({ node }) => node !== undefined,
  async strike({ node, pipeline }) {
    const all = pipeline.stages.filter((stage) => pipeline.runs(stage));
    await Promise.all([node?.kill(), pipeline.kill(...all)]);
    await node?.start();
  },
};

/** `kill -9` of any one node of a cluster, which comes back only when the others have recovered. */
export function killOfNode(): Fault {
  let killed: RabbitNode | undefined;
  return {
    name: 'kill -9 of a node of the cluster',
    isKill: true,
    isPossible: ({ nodes = [] }) => nodes.length > 0,
    async strike({ nodes = [], moments }) {
      killed = moments.of(nodes);
      await killed.kill();
    },
    after: async () => killed?.start(),
  };
}

const BEHIND_MS = 500;

/** The end as an operator asks for it, under load, and a new start: exit code 0 is part of it. */
export function termOf(stage: StageName): Fault {
  return {
    name: `SIGTERM of ${stage} under load`,
    isKill: false,
    isPossible: ({ pipeline }) => pipeline.runs(stage),
    async strike({ pipeline }) {
      // It stands still before: however fast it is, it has messages in hand when it is asked to end.
      const program = pipeline.program(stage);
      program.signal('SIGSTOP');
      await hold(BEHIND_MS);
      const ending = pipeline.stop(stage);
      program.signal('SIGCONT');
      const code = await ending;
      if (code !== 0)
        throw new Error(`${stage} ended with ${code} when it was asked to:\n${pipeline.said(stage)}`);
      pipeline.start(stage);
    },
  };
}

/** A service that stands still for longer than the broker waits for a sign of life. */
export function pauseOf(stage: StageName): Fault {
  return {
    name: `SIGSTOP of ${stage}`,
    isKill: false,
    isPossible: ({ pipeline }) => pipeline.runs(stage),
    async strike({ pipeline, holdMs }) {
      pipeline.program(stage).signal('SIGSTOP');
      await hold(holdMs);
      pipeline.program(stage).signal('SIGCONT');
    },
  };
}

/** Every connection is cut, and what was on the way with it. */
export const CUT: Fault = {
  name: 'connections cut',
  isKill: false,
  isPossible: ({ proxy }) => proxy !== undefined,
  strike: async ({ proxy }) => proxy?.cut(),
};

/** Nothing passes for a while, nobody is told, and then all of it arrives. */
export const FREEZE: Fault = {
  name: 'network frozen',
  isKill: false,
  isPossible: ({ proxy }) => proxy !== undefined,
  async strike({ proxy, holdMs }) {
    proxy?.freeze();
    await hold(holdMs);
    proxy?.open();
  },
};

/** What is sent for a while never arrives, and nobody is told. */
export const SWALLOW: Fault = {
  name: 'network swallows bytes',
  isKill: false,
  isPossible: ({ proxy }) => proxy !== undefined,
  async strike({ proxy, holdMs }) {
    proxy?.swallow();
    await hold(holdMs);
    proxy?.open();
  },
};

/**
 * A queue that somebody deletes under its consumer, and under model where that publishes to it. It is empty then: what
 * is in a queue goes with it.
 */
export function deletionOf(queue: string): Fault {
  return {
    name: `queue ${queue} deleted`,
    isKill: false,
    isPossible: ({ pipeline }) => pipeline.runs('features'),
    async strike({ pipeline, brokerUrl }) {
      await pipeline.reaches(await pipeline.pauseRows());
      const connection = await connect(brokerUrl);
      const channel = await connection.createChannel();
      await channel.deleteQueue(queue);
      await connection.close();
      pipeline.start('features');
    },
  };
}

/** Longer is only more of the same: nobody is waiting for a sign of life. */
const SHORTAGE_MS_MAX = 10_000;

/** The broker is short of memory or disk, and takes nothing from whoever publishes. */
export function alarmOf(what: 'memory' | 'disk'): Fault {
  const [setting, low, enough] =
    what === 'memory'
      ? ['set_vm_memory_high_watermark', '0.00000001', '0.4']
      : ['set_disk_free_limit', '1000GB', '50MB'];
  return {
    name: `broker short of ${what}`,
    isKill: false,
    isPossible: ({ node }) => node !== undefined,
    async strike({ node, holdMs }) {
      await node?.ctl(setting, low);
      await hold(Math.min(holdMs, SHORTAGE_MS_MAX));
      await node?.ctl(setting, enough);
    },
  };
}

/** The disk that metric writes to has no free byte for a while. */
export const FULL_DISK: Fault = {
  name: 'disk of metric full',
  isKill: false,
  isPossible: ({ disk }) => disk !== undefined,
  async strike({ disk, holdMs }) {
    disk?.fill();
    await hold(Math.min(holdMs, SHORTAGE_MS_MAX));
    disk?.free();
  },
};

/** The clock of metric is set back by a day. */
export const CLOCK_BACK: Fault = {
  name: 'clock of metric set back by a day',
  isKill: false,
  isPossible: ({ clock }) => clock !== undefined,
  strike: async ({ clock }) => clock?.setBack(86_400),
};

/** A consumer that gets a tenth of the time while the others are fast. */
export const SLOW_METRIC: Fault = {
  name: 'metric slow, the others fast',
  isKill: false,
  isPossible: () => true,
  async strike({ pipeline, holdMs }) {
    const end = performance.now() + Math.min(holdMs, SHORTAGE_MS_MAX);
    while (performance.now() < end) await slowTurn(pipeline);
  },
};

/** A tenth of a second in which metric runs for a tenth of it. */
export async function slowTurn(pipeline: Pipeline): Promise<void> {
  const metric = pipeline.program('metric');
  metric.signal('SIGSTOP');
  await hold(90);
  metric.signal('SIGCONT');
  await hold(10);
}
