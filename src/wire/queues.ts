/** The three queues of the field (94 public services use these names), on the default exchange. */
export const FEATURES = 'features';
export const TRUTH = 'y_true';
export const PREDICTIONS = 'y_pred';

/** Ours beside them. */
export const TASKS = 'tasks';
export const DEAD_LETTERS = 'aftermath.dead';
export const SNAPSHOTS = 'aftermath.snapshots';
export const CONTROL = 'aftermath.control';
export const ALARMS = 'aftermath.alarms';

/** Names of the data queues, where a team calls them otherwise (`Features`, `y_predict`, `y_actual`). */
export interface DataQueues {
  readonly features: string;
  readonly truth: string;
  readonly predictions: string;
}

/** The data queues as the field calls them. */
export const DATA_QUEUES: DataQueues = { features: FEATURES, truth: TRUTH, predictions: PREDICTIONS };

/** How a queue is declared where it does not exist yet. */
export interface QueueSpec {
  readonly name: string;
  /** Survives a restart of the broker, with its persistent messages. */
  readonly durable: boolean;
  /** Only for a queue of our own that nobody has to read: it keeps the newest so many messages, the oldest go. */
  readonly keepMax?: number;
}

/** What RabbitMQ keeps a durable queue as: on one node, or replicated over the nodes of a cluster. */
export const QUEUE_TYPES = ['classic', 'quorum'] as const;
/** One of `QUEUE_TYPES`. */
export type QueueType = (typeof QUEUE_TYPES)[number];

/** How we write: arrays of records with all their fields, or what services of the old kind read. */
export const DIALECTS = ['native', 'classic', 'superset'] as const;
/** One of `DIALECTS`. */
export type Dialect = (typeof DIALECTS)[number];

/**
 * How a data queue is declared where it does not exist yet. The classic dialect declares transient ones,
 * because its peers declare theirs so, and die on a durable one.
 */
export function dataQueue(name: string, dialect: Dialect): QueueSpec {
  return { name, durable: dialect === 'native' };
}
