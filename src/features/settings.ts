import type { DataQueues, Dialect } from '../wire/queues.ts';

/** Everything the features stage is told. It has no defaults of its own. */
export interface FeaturesSettings {
  readonly queues: DataQueues;
  readonly dialect: Dialect;
  /** What to publish; `undefined`: only what tasks ask for. */
  readonly dataset: DatasetSettings | undefined;
  /** Where tasks come from; `undefined`: none are taken. */
  readonly tasks: TaskSettings | undefined;
  /** Database with the position in the data, the truths still due and the tasks; made with its folder when missing. */
  readonly statePath: string;
  /** Go on with the last run of `dataset`, where there is one; otherwise a new one begins. */
  readonly resume: boolean;
  readonly limits: FeaturesLimits;
}

/** One run over one file. */
export interface DatasetSettings {
  /** CSV with a header, plain or gzip. */
  readonly data: string;
  /** Column with what really happened; `undefined`: only features are published. */
  readonly target: string | undefined;
  /** Column with the id; `undefined`: ids are `<run>-<row>`. */
  readonly id: string | undefined;
  /** Column with the event time of a row. */
  readonly time: string | undefined;
  /** Column with the time at which its truth is known. */
  readonly truthTime: string | undefined;
  /** Columns to predict from, in the order in which they are sent; `undefined`: all but the others named here. */
  readonly features: readonly string[] | undefined;
  readonly tags: readonly string[];
  /** Ends after so many rows, refused ones included; `undefined`: after `passes`. */
  readonly rows: number | undefined;
  /**
   * Ends after so many passes over the file; `undefined`: goes round it until `rows` or until it is stopped. With
   * `time` it is always one: times cannot repeat.
   */
  readonly passes: number | undefined;
  /** Rows per second; 0: as fast as it can. Not used with `speed`. */
  readonly rate: number;
  /** Event time runs so many times as fast as the clock; needs `time`, `order` `file`, and makes one pass. */
  readonly speed: number | undefined;
  readonly order: 'file' | 'random';
  /** 0 to 2^32 − 1. */
  readonly seed: number;
  /**
   * From a row to its truth, drawn evenly for each row; both 0: at once, or where there is a truth time, when
   * the rows have reached it. With `speed` it is event time, and only used for rows without a truth time.
   */
  readonly labelDelay: { readonly minMs: number; readonly maxMs: number };
}

/** Where tasks come from and what they may do. */
export interface TaskSettings {
  readonly queue: string;
  /** Files that a task names must lie below this folder, symbolic links resolved. */
  readonly directory: string;
  /** What a task does not say. */
  readonly defaults: Omit<DatasetSettings, 'data'>;
}

/** What bounds the stage's memory, its promptness and its stopping. */
export interface FeaturesLimits {
  /** Rows in one message at most (native dialect). */
  readonly batchRowsMax: number;
  /** A row that is due is sent within this time, so that slow rows go singly and fast ones in arrays. */
  readonly batchWaitMs: number;
  /** Rows sent whose messages are not confirmed yet, at most (native dialect). */
  readonly inFlightRowsMax: number;
  /** The same where each record is a message of its own. */
  readonly inFlightSinglesMax: number;
  /** A file whose parsed rows take no more than this is kept between passes; a larger one is read again. */
  readonly cacheBytesMax: number;
  /** Rows that `order: 'random'` shuffles at once. */
  readonly shuffleRowsMax: number;
  /** Memory for truths that are due later (about 35 bytes each from a kept file, 200 else); at it, rows wait. */
  readonly dueBytesMax: number;
  /** Time between two writes of the position; after a crash what was sent since is sent again. */
  readonly storeEveryMs: number;
  /** Time between two progress replies of a task. */
  readonly replyEveryMs: number;
  /** How long `stop` waits for confirmations. */
  readonly stopWithinMs: number;
}
