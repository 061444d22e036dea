import { clippedError } from '../../stats/clipped-errors.ts';
import { type PairedLosses, pairedComparison } from '../../stats/paired-comparison.ts';
import type { ComparisonSnapshot } from '../../wire/snapshot.ts';
import type { LogRow } from '../log/log-reader.ts';
import { ALPHA } from '../ordered/intervals.ts';
import { emptyPair, type Pair, shownPair, takePair } from '../ordered/paired-losses.ts';
import type { LastRow } from './last-rows.ts';

/**
 * A challenger of a log against the champion, paired by id: a pair is there with the first row of the second of the two,
 * and both losses are against that row's truth. What the task is shows when all is read, so losses of a regression and of
 * classes are compared side by side.
 */
export class LogPair {
  readonly #errorMax: number | undefined;
  readonly #ofRegression: Compared;
  readonly #ofClasses: Compared;

  /** @param settings.errorMax the declared bound of a regression's absolute error: larger ones are clipped to it */
  constructor({ errorMax }: { readonly errorMax?: number | undefined }) {
    this.#errorMax = errorMax;
    this.#ofRegression = compared(errorMax);
    this.#ofClasses = compared(1);
  }

  /** @param whose the row is; the other one's is `other` */
  take(row: LogRow, whose: 'champion' | 'challenger', other: LastRow): void {
    const losses = (own: number, others: number): PairedLosses =>
      whose === 'champion' ? { champion: own, challenger: others } : { champion: others, challenger: own };
    const { truth, prediction, absoluteError } = row;
    if (typeof truth === 'number' && typeof prediction === 'number') {
      const [own, others] = [this.#loss(prediction - truth), this.#loss(other.prediction - truth)];
      takePair(this.#ofRegression.comparison, this.#ofRegression.pair, losses(own, others));
    }
    if (absoluteError <= 1 && other.absoluteError <= 1) {
      takePair(this.#ofClasses.comparison, this.#ofClasses.pair, losses(absoluteError, other.absoluteError));
    }
  }

  /** How the challenger stands; `undefined` before the two have a row together. */
  of(task: 'regression' | 'classification', champion: string): ComparisonSnapshot | undefined {
    const { comparison, pair } = task === 'regression' ? this.#ofRegression : this.#ofClasses;
    return pair.state.count === 0 ? undefined : shownPair(comparison, pair, champion);
  }

  #loss(error: number): number {
    return this.#errorMax === undefined ? Math.abs(error) : clippedError(error, this.#errorMax);
  }
}

interface Compared {
  readonly comparison: ReturnType<typeof pairedComparison>;
  readonly pair: Pair;
}

function compared(high: number | undefined): Compared {
  const comparison = pairedComparison({
    alpha: ALPHA,
    ...(high !== undefined && { bounds: { low: 0, high } }),
  });
  return { comparison, pair: emptyPair(comparison) };
}
