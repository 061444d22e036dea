import { type Baselines, runningBaselines } from '../../stats/running-baselines.ts';

/**
 * What somebody without a model would answer to each row of a log, from the rows before it: a log does not tell what was
 * known when a prediction came in. The median is taken anew when there is one row in a hundred more.
 */
export class NaiveSoFar {
  readonly #state = runningBaselines.empty();
  #median = 0;
  #nextMedian = 1;

  /** The answers before this truth, which then is among those of the next one; `undefined` before the first. */
  before(truth: number): Baselines | undefined {
    const found = this.#state.count === 0 ? undefined : this.#now();
    runningBaselines.add(this.#state, truth);
    return found;
  }

  #now(): Baselines {
    const { count, last } = this.#state;
    if (count >= this.#nextMedian) {
      this.#median = runningBaselines.median(this.#state)!;
      this.#nextMedian = Math.max(count + 1, Math.floor(count * 1.01));
    }
    return { median: this.#median, mean: runningBaselines.mean(this.#state)!, last };
  }
}
