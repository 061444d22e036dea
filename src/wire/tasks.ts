import { z } from 'zod';
import { DURATION_RANGE, type DurationRange, parseDurationRange } from './duration.ts';
import { checkObject, decodeObject } from './object.ts';
import { Payload } from './payload.ts';

/** Work for features: the flags of a run. Absent ones are `undefined`: the stage's own settings stand. */
export interface FeatureTask {
  readonly data: string;
  readonly target: string | undefined;
  readonly id: string | undefined;
  readonly time: string | undefined;
  readonly truthTime: string | undefined;
  readonly features: readonly string[] | undefined;
  readonly tags: readonly string[] | undefined;
  /** Rows to send, 1 to 10¹²; absent: one pass over the data. */
  readonly rows: number | undefined;
  /** Rows a second, at least 0; 0: as fast as it can. */
  readonly rate: number | undefined;
  readonly order: 'file' | 'random' | undefined;
  /** 0 to 2³² − 1. */
  readonly seed: number | undefined;
  /** From a row's features to its truth. */
  readonly labelDelay: DurationRange | undefined;
  /** Event time runs so many times as fast as the clock; above 0. */
  readonly speed: number | undefined;
}

/** What is told to `reply_to` while a task runs. */
export interface TaskReply {
  readonly task: string;
  readonly state: TaskState;
  /** Rows sent so far. */
  readonly rows: number;
  /** What is wrong, when failed. */
  readonly error: string | undefined;
}

/** How far a task has come. */
export const TASK_STATES = ['accepted', 'progress', 'done', 'failed'] as const;
/** One of `TASK_STATES`. */
export type TaskState = (typeof TASK_STATES)[number];

/**
 * The task in a message: `{"data": "diabetes.csv", "target": "progression", "rows": 442, "label_delay": "5s"}`.
 * Names of columns come as an array, or as one text with commas, as on the command line.
 *
 * @throws {AftermathError} refused: names the field and what was expected
 */
export function decodeTask(payload: Payload): FeatureTask {
  const action = 'read the task';
  const task = checkObject(decodeObject(payload, action), TASK, { action, expected: TASK_EXPECTED });
  return {
    data: task.data,
    target: task.target,
    id: task.id,
    time: task.time,
    truthTime: task.truth_time,
    features: task.features,
    tags: task.tags,
    rows: task.rows,
    rate: task.rate,
    order: task.order,
    seed: task.seed,
    labelDelay: task.label_delay,
    speed: task.speed,
  };
}

/** The message that carries a task. */
export function encodeTask(task: FeatureTask): Payload {
  const { truthTime, labelDelay, ...rest } = task;
  const delay = labelDelay === undefined ? undefined : `${labelDelay.minMs}ms..${labelDelay.maxMs}ms`;
  return Payload.ofJson({ ...rest, truth_time: truthTime, label_delay: delay });
}

/** The message that carries a reply. */
export function encodeTaskReply(reply: TaskReply): Payload {
  return Payload.ofJson(reply);
}

/**
 * The reply in a message.
 *
 * @throws {AftermathError} refused: names the field and what was expected
 */
export function decodeTaskReply(payload: Payload): TaskReply {
  const action = 'read the reply to a task';
  const reply = checkObject(decodeObject(payload, action), REPLY, { action, expected: REPLY_EXPECTED });
  return { ...reply, error: reply.error };
}

const NAME = z.string().min(1).max(1024);
const NAMES = z.union([z.array(NAME), NAME.transform((text) => text.split(',').map((name) => name.trim()))]);

/** A number is seconds, as everywhere on the wire; text is as on the command line. */
const LABEL_DELAY = z.union([z.number(), z.string()]).transform((given, context) => {
  const delay = parseDurationRange(typeof given === 'number' ? `${given}s` : given);
  if (delay !== undefined) return delay;
  context.addIssue({ code: 'custom', message: 'not a duration' });
  return z.NEVER;
});

const TASK = z.object({
  data: NAME,
  target: NAME.optional(),
  id: NAME.optional(),
  time: NAME.optional(),
  truth_time: NAME.optional(),
  features: NAMES.optional(),
  tags: NAMES.optional(),
  rows: z.int().min(1).max(1e12).optional(),
  rate: z.number().min(0).optional(),
  order: z.enum(['file', 'random']).optional(),
  seed: z.int().min(0).max(4_294_967_295).optional(),
  label_delay: LABEL_DELAY.optional(),
  speed: z.number().positive().optional(),
});

const COLUMN = 'the name of a column';
const COLUMNS = 'an array of names of columns';

const TASK_EXPECTED: Readonly<Record<keyof typeof TASK.shape, string>> = {
  data: 'the path of a file',
  target: COLUMN,
  id: COLUMN,
  time: COLUMN,
  truth_time: COLUMN,
  features: COLUMNS,
  tags: COLUMNS,
  rows: 'a whole number of at least 1',
  rate: 'a number of at least 0',
  order: '"file" or "random"',
  seed: 'a whole number from 0 to 4294967295',
  label_delay: `${DURATION_RANGE}, or seconds`,
  speed: 'a number above 0',
};

const REPLY = z.object({
  task: NAME,
  state: z.enum(TASK_STATES),
  rows: z.int().min(0),
  error: z.string().optional(),
});

const REPLY_EXPECTED: Readonly<Record<keyof typeof REPLY.shape, string>> = {
  task: 'the id of a task',
  state: `one of ${TASK_STATES.join(', ')}`,
  rows: 'a whole number of at least 0',
  error: 'text',
};
