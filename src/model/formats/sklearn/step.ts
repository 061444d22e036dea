import type { Cell, Value } from '../../../wire/records.ts';

/** Rows on their way through a pipeline: numbers row-major, and beside them the columns that hold text or booleans. */
export interface Frame {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;
  readonly cells: ReadonlyMap<number, readonly Cell[]> | undefined;
}

/** Rows that a step cannot take, with the first reason for each. */
export class Refusals {
  readonly reasons: Map<number, string>;

  constructor(before: ReadonlyMap<number, string>) {
    this.reasons = new Map(before);
  }

  add(row: number, reason: string): void {
    if (!this.reasons.has(row)) this.reasons.set(row, reason);
  }
}

/** What every part of a model says about itself. */
export interface About {
  /** Columns it takes; `undefined` when any number will do. */
  readonly featureCount: number | undefined;
  readonly featureNames: readonly string[] | undefined;
  /** Columns that it compares with texts. */
  readonly textFeatures: readonly number[];
  /** A line for itself, and indented ones for what is inside. */
  readonly lines: readonly string[];
  /** The library it is from, where that is not scikit-learn. */
  readonly origin?: { readonly library: string; readonly version: string | undefined };
}

/** Changes rows: a scaler, an encoder. Rows that it refuses come out as whatever they are. */
export interface Transformer extends About {
  readonly kind: 'transformer';
  /** Columns that come out, when that is known without rows. */
  readonly outputWidth: number | undefined;
  transform(frame: Frame, refusals: Refusals): Frame;
  /** Takes any number of columns and gives as many. */
  readonly keepsWidth?: boolean;
  /** Undoes it, for a target that was transformed; absent where that is not needed. */
  inverse?(frame: Frame): Frame;
}

/** Predicts numbers: rows × outputs, row-major. */
export interface Regressor extends About {
  readonly kind: 'regressor';
  readonly outputs: number;
  predict(frame: Frame, refusals: Refusals): Float64Array;
}

/** Predicts classes. Where scikit-learn takes labels and probabilities from one computation, `both` does so too. */
export interface Classifier extends About {
  readonly kind: 'classifier';
  /** The classes of each output. */
  readonly classes: readonly (readonly Value[])[];
  /** Indices into the classes: rows × outputs. */
  predict(frame: Frame, refusals: Refusals): Float64Array;
  /** rows × the classes of all outputs. */
  readonly proba: Scoring | undefined;
  /** rows × 1 for two classes, else rows × classes. */
  readonly decision: Scoring | undefined;
  readonly both: ((frame: Frame, refusals: Refusals) => Judged) | undefined;
}

/** Values of every row, one row behind the other. */
export type Scoring = (frame: Frame, refusals: Refusals) => Float64Array;

/** Values and probabilities from one walk through the model. */
export interface Judged {
  readonly values: Float64Array;
  readonly probabilities: Float64Array;
}

/** One step of a pipeline: the last is a regressor or a classifier, the others transform. */
export type Step = Transformer | Regressor | Classifier;

type Own<S extends Step> = Omit<S, keyof About> & Partial<About>;

/** What a builder gives: the step, with only those things about itself that its attributes do not say. */
export type Built = Own<Transformer> | Own<Regressor> | Own<Classifier>;

/** A frame of numbers only. */
export function numericFrame(rows: number, width: number, values: Float64Array): Frame {
  return { rows, width, values, cells: undefined };
}
