/**
 * What travels between the stages: a row to score, what the model said, what really happened.
 *
 * Records are plain objects that nobody changes once they are made: the in-memory broker hands the same
 * object to its consumer that the publisher built. Optional fields are always present (`undefined` when
 * absent) so that every record of a kind has one shape.
 */

/**
 * The id exactly as its JSON token stood in the message that brought it (`"a"`, `1700000000.0`, `1e-05`).
 * What leaves is what came in. Two tokens name the same id when `idKey` of both is equal (`wire/id.ts`).
 */
export type IdToken = string;

/** A truth or a prediction: a number, or a label. Never NaN or infinite. */
export type Value = number | string | boolean;

/** One feature. `null` is a missing value (JSON `null`, Python's bare `NaN`, an empty CSV cell). */
export type Cell = number | string | boolean | null;

/** The features of one row: in the model's order, or by name. */
export type Features = readonly Cell[] | Readonly<Record<string, Cell>>;

/** What the records of one id are sliced by, for example `{ origin: 'LAS' }`. */
export type Tags = Readonly<Record<string, string>>;

/** What every record may carry. `timeMs`: event time, milliseconds since 1970-01-01 UTC. `weight`: ≥ 0. */
export interface Carried {
  readonly id: IdToken;
  readonly timeMs: number | undefined;
  readonly tags: Tags | undefined;
  readonly weight: number | undefined;
}

/** Queue `features`: score this. */
export interface FeatureRecord extends Carried {
  readonly body: Features;
}

/** Queue `y_true`: what really happened. */
export interface TruthRecord extends Carried {
  readonly value: Value;
}

/** Queue `y_pred`: what a model said. */
export interface PredictionRecord extends Carried {
  /** The number or the label; an array where the model has several outputs, named by `outputs`. */
  readonly value: Value | readonly Value[];
  readonly outputs: readonly string[] | undefined;
  /** `default` when the sender names none. */
  readonly model: string;
  /** First 12 hex digits of the model file's sha256, when known. */
  readonly version: string | undefined;
  readonly role: 'champion' | 'challenger';
  /** Probability of each class, when the model gives them. */
  readonly proba: Readonly<Record<string, number>> | undefined;
  /** The model's own prediction interval, `[low, high]`. */
  readonly interval: readonly [number, number] | undefined;
}

/**
 * Why a record cannot be used: a small fixed set, the label of a counter. The later ones are given by the
 * stages, which know the model and the ledger.
 */
export const REFUSAL_CODES = [
  'not-json',
  'invalid-utf8',
  'too-large',
  'too-deep',
  'not-a-record',
  'no-id',
  'bad-id',
  'no-body',
  'bad-body',
  'not-finite',
  'bad-time',
  'bad-tags',
  'bad-weight',
  'bad-field',
  'bad-features',
  'bad-prediction',
  'wrong-task',
  'not-stored',
] as const;
/** One of `REFUSAL_CODES`. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A record, or a whole message, that cannot be used: why, and its text (cut to a bound) for the dead-letter queue. */
export interface Refusal {
  readonly code: RefusalCode;
  /** For people: what was found and what was expected. */
  readonly reason: string;
  readonly text: string;
  /** Records it stands for: 1, or more where one message held so many bad ones that the rest is told together. */
  readonly count: number;
}

/** What a message held: the records that can be used, and those that cannot. */
export interface Decoded<R> {
  readonly records: readonly R[];
  readonly refused: readonly Refusal[];
}
