import type { LinearBins } from '../../stats/count-sketch.ts';
import type { Confusion } from '../../stats/confusion.ts';
import type { Figures } from '../../stats/figure.ts';
import type { StateWriter } from '../../stats/state-bytes.ts';
import type { CurvesSnapshot } from '../../wire/snapshot.ts';
import type { PredictionSlot, TruthVersion } from '../ledger/entry.ts';

/** One prediction with one version of its truth, as figures take it. */
export interface Row {
  readonly prediction: Pick<PredictionSlot, 'value' | 'proba' | 'interval' | 'baseline'>;
  readonly truth: Pick<TruthVersion, 'value'>;
  /** As the log has it. */
  readonly absoluteError: number;
  /** Of the truth, else of the prediction. */
  readonly weight: number | undefined;
}

/** All linear figures of some outcomes of one task. Any order of adding, taking out and merging makes the same. */
export interface FigureSet {
  /** Outcomes in it, whatever their weight. */
  readonly scored: number;
  /** Rises whenever something is put in, taken out or merged. */
  readonly changes: number;
  /** Classes seen; 0 of a regression. */
  readonly classes: number;
  /** @param sign 1 to add it, −1 to take it out */
  put(row: Row, sign: 1 | -1): void;
  /** Adds all of another set of the same task and settings, which stays as it is. */
  merge(other: this): void;
  /** By name; a figure without an honest answer is absent. */
  values(): Figures;
  /** Mean of the log's absolute_error, and of classes the accuracy; absent where nothing has a weight. */
  means(): { readonly mae?: number; readonly accuracy?: number };
  /** The accuracy of who always says the most frequent label; `undefined` of a regression, and without an outcome. */
  naiveAccuracy(): number | undefined;
  /** Absolute errors in bins, or `undefined` without an outcome. */
  histogram(): LinearBins | undefined;
  /** What only charts show; of a regression nothing. */
  charts(): { readonly confusion?: Confusion; readonly curves?: CurvesSnapshot };
  write(writer: StateWriter): void;
}
