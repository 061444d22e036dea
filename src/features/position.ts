import type { Published } from './progress.ts';
import type { SentTime } from './sent-times.ts';

/** How far a run has come, as it is stored: what comes before is safe, what comes after is published again. */
export interface Position {
  /** The features of every row below are confirmed. Rows count from 0, over all passes. */
  readonly features: number;
  /** The truth of every row below is confirmed, or it has none. */
  readonly truths: number;
  /** Of the rows below `features`. */
  readonly refused: number;
  readonly withoutTruth: number;
  /** Truths of the rows below `truths`. */
  readonly truthsPublished: number;
  /** Rows of the file, where known. */
  readonly rowsPerPass: number | undefined;
  /** Event time that a replay has reached. */
  readonly eventMs: number | undefined;
  /** When the rows from `truths` on were sent. */
  readonly sentTimes: readonly SentTime[];
}

/** Where a new run begins. */
export const START: Position = {
  features: 0,
  truths: 0,
  refused: 0,
  withoutTruth: 0,
  truthsPublished: 0,
  rowsPerPass: undefined,
  eventMs: undefined,
  sentTimes: [],
};

/** What has gone out of a run that goes on from this position. */
export function publishedUpTo({ features, refused, truthsPublished }: Position): Published {
  return { rowsPublished: features - refused, truthsPublished };
}
