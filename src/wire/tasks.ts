import type { Payload } from './payload.ts';

/** Work for features: the flags of a run. Absent ones are `undefined`: the stage's own settings stand. */
export interface FeatureTask {
  readonly data: string;
  readonly target: string | undefined;
  readonly id: string | undefined;
  readonly time: string | undefined;
  readonly truthTime: string | undefined;
  readonly features: readonly string[] | undefined;
  readonly tags: readonly string[] | undefined;
  /** Rows to send, ≥ 1; absent: one pass over the data. */
  readonly rows: number | undefined;
  /** Rows a second; 0: as fast as it can. */
  readonly rate: number | undefined;
  readonly order: 'file' | 'random' | undefined;
  readonly seed: number | undefined;
  /** Milliseconds from a row's features to its truth, drawn between the two. */
  readonly labelDelay: { readonly lowMs: number; readonly highMs: number } | undefined;
  /** Event time runs so many times as fast as the clock. */
  readonly speed: number | undefined;
}

/** What is told to `reply_to` while a task runs. */
export interface TaskReply {
  readonly task: string;
  readonly state: 'accepted' | 'progress' | 'done' | 'failed';
  /** Rows sent so far. */
  readonly rows: number;
  /** What is wrong, when failed. */
  readonly error: string | undefined;
}

/**
 * The task in a message.
 *
 * @throws {AftermathError} refused: names the field and what was expected
 */
export function decodeTask(payload: Payload): FeatureTask {
  throw new Error(`not built yet ${payload.bytes().length}`);
}

/** The message that carries a task. */
export function encodeTask(task: FeatureTask): Payload {
  throw new Error(`not built yet ${task.data}`);
}

/** The message that carries a reply. */
export function encodeTaskReply(reply: TaskReply): Payload {
  throw new Error(`not built yet ${reply.task}`);
}

/**
 * The reply in a message.
 *
 * @throws {AftermathError} refused: names the field and what was expected
 */
export function decodeTaskReply(payload: Payload): TaskReply {
  throw new Error(`not built yet ${payload.bytes().length}`);
}
