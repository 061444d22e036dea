import { setTimeout as hold } from 'node:timers/promises';
import type { FakeClock } from '../chaos/fake-clock.ts';
import type { PostgresServer } from '../setup/postgres-server.ts';
import type { CommitCutter } from './commit-cutter.ts';
import type { Fleet } from './fleet.ts';
import type { Moments } from '../chaos/moments.ts';

/** What faults strike. */
export interface Site {
  readonly fleet: Fleet;
  readonly server: PostgresServer;
  readonly cutter: CommitCutter;
  readonly clock: FakeClock | undefined;
  readonly random: Moments;
  /** How long a worker stands still: longer than its lease on the log. */
  readonly freezeMs: number;
}

/** Something that goes wrong; the workers have to recover by themselves. */
export interface Fault {
  readonly name: string;
  strike(site: Site): Promise<void>;
}

/** `kill -9` of a worker, which is started again at once. */
export const KILL_WORKER: Fault = {
  name: 'kill -9 of a worker',
  strike: ({ fleet, random }) => fleet.kill(random.of([...fleet.workers.keys()])),
};

/** All that may befall workers on one PostgreSQL. */
export const FAULTS: readonly Fault[] = [
  KILL_WORKER,
  {
    name: 'PostgreSQL restarted at once',
    async strike({ server }) {
      await server.stopAtOnce();
      await server.start();
    },
  },
  { name: 'connection cut before a commit', strike: (site) => cut(site, 'before the commit') },
  { name: 'connection cut after a commit', strike: (site) => cut(site, 'after the commit') },
  {
    name: 'a worker frozen past its lease',
    async strike({ fleet, random, freezeMs }) {
      const worker = random.of(fleet.workers);
      worker.signal('SIGSTOP');
      await hold(freezeMs);
      worker.signal('SIGCONT');
    },
  },
  {
    name: 'the clock of a worker set back by hours',
    async strike({ clock }) {
      clock?.setBack(40_000);
    },
  },
];

async function cut({ cutter }: Site, moment: Parameters<CommitCutter['cutNext']>[0]): Promise<void> {
  const before = cutter.cuts;
  cutter.cutNext(moment);
  // Where nothing is committed any more there is nothing to cut.
  for (let waited = 0; cutter.cuts === before && waited < 2_000; waited += 10) await hold(10);
}
