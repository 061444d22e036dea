import { ownQueue } from '../service/input-queue.ts';
import type { Source } from '../service/setting.ts';
import { ALARMS, CONTROL, DEAD_LETTERS, SNAPSHOTS, type DataQueues } from '../wire/queues.ts';

/** Names of queues and exchanges that somebody may configure, write and read: RabbitMQ's three rights. */
export interface BrokerRights {
  /** To declare what is not there yet. */
  readonly configure: readonly string[];
  /** To publish to an exchange, and to bind a queue. */
  readonly write: readonly string[];
  /** To consume a queue, and to bind to an exchange. */
  readonly read: readonly string[];
  /** Routing keys that are bound to an exchange, which may be a topic exchange. */
  readonly topics: readonly Source[];
}

/** The settings that decide which rights are needed. */
export interface RightsSettings {
  readonly queues: DataQueues;
  /** `undefined`: no tasks are taken. */
  readonly tasksQueue: string | undefined;
  readonly bind: Source | undefined;
  /** Metric raises some. */
  readonly hasAlarms: boolean;
}

/** Whoever needs rights of its own on the broker, and who reads a ledger and needs none there. */
export const HOLDERS = ['features', 'model', 'metric', 'plot', 'dead-letters', 'run', 'reader'] as const;
/** One of `HOLDERS`. */
export type Holder = (typeof HOLDERS)[number];

/** What one of them does on the broker needs these rights, and no others. */
export function brokerRights(holder: Holder, settings: RightsSettings): BrokerRights {
  const needed = NEEDED[holder](settings);
  const names = (right: 'configure' | 'write' | 'read'): string[] => [
    ...new Set(needed.flatMap((need) => need[right] ?? [])),
  ];
  return {
    configure: names('configure'),
    write: names('write'),
    read: names('read'),
    topics: needed.flatMap((need) => need.topics ?? []),
  };
}

type Needed = Partial<BrokerRights>;

const NEEDED: Readonly<Record<Holder, (settings: RightsSettings) => Needed[]>> = {
  features: ({ queues, tasksQueue }) => [
    { configure: [queues.features, queues.truth] },
    TO_QUEUES,
    ...(tasksQueue === undefined ? [] : [consumes(tasksQueue), DEAD_LETTERED]),
  ],
  model: ({ queues, bind }) => [
    input(queues.features, bind),
    { configure: [queues.predictions] },
    TO_QUEUES,
    listensTo(CONTROL),
    announcesOn(SNAPSHOTS),
    DEAD_LETTERED,
  ],
  metric: ({ queues, bind, hasAlarms }) => [
    consumes(queues.predictions),
    input(queues.truth, bind),
    listensTo(CONTROL),
    announcesOn(SNAPSHOTS),
    ...(hasAlarms ? [announcesOn(ALARMS)] : []),
    TO_QUEUES,
    DEAD_LETTERED,
  ],
  plot: () => [listensTo(SNAPSHOTS), announcesOn(CONTROL)],
  'dead-letters': () => [{ read: [DEAD_LETTERS] }, TO_QUEUES],
  reader: () => [],
  run: (settings) =>
    (['features', 'model', 'metric', 'plot'] as const).flatMap((stage) =>
      NEEDED[stage]({ ...settings, bind: undefined, tasksQueue: undefined }),
    ),
};

/** Publishing to a queue goes over the default exchange: rights cannot tell one queue from another there. */
const TO_QUEUES: Needed = { write: ['amq.default'] };
const DEAD_LETTERED: Needed = { configure: [DEAD_LETTERS], ...TO_QUEUES };
/** How the names of queues begin that the server names: one for each listener to a fanout exchange. */
const SERVER_NAMED = 'amq.gen-';

function consumes(queue: string): Needed {
  return { configure: [queue], read: [queue] };
}

function announcesOn(exchange: string): Needed {
  return { configure: [exchange], write: [exchange] };
}

function listensTo(exchange: string): Needed {
  return { configure: [exchange, SERVER_NAMED], write: [SERVER_NAMED], read: [SERVER_NAMED, exchange] };
}

function input(queue: string, bind: Source | undefined): Needed {
  if (bind === undefined) return consumes(queue);
  const own = ownQueue(queue, bind);
  return {
    configure: [own],
    write: [own],
    read: [own, bind.exchange],
    topics: bind.key === '' ? [] : [bind],
  };
}

/** The names as one of RabbitMQ's patterns: `^(a|b)$`, and `^$` for none. */
export function rightsPattern(names: readonly string[]): string {
  const parts = names
    .toSorted()
    .map((name) => (name === SERVER_NAMED ? `${literal(name)}.*` : literal(name)));
  if (parts.length === 0) return '^$';
  return parts.length === 1 ? `^${parts[0]}$` : `^(${parts.join('|')})$`;
}

function literal(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
