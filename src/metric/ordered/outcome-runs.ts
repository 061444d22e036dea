import { RegressionBlock } from '../../stats/regression-block.ts';
import { fitsBlock, putInBlock } from '../figures/regression-set.ts';
import type { Outcome } from '../ledger/ledger.ts';

/**
 * First truths of one model of a regression, as they came one after the other, with their numbers in columns: each of weight 1
 * and without an interval of the model's own. Read, do not keep.
 */
export interface OutcomeRun {
  readonly model: string;
  readonly outcomes: readonly Outcome[];
  /** Of the same rows. */
  readonly block: RegressionBlock;
}

/**
 * Gathers outcomes into runs and hands each on when it is full, one comes that is in none, or there are no more. Outcomes of a
 * model keep their order, those of two models do not.
 */
export class OutcomeRuns {
  readonly #take: (run: OutcomeRun) => void;
  readonly #runs = new Map<string, Gathered>();
  #last: Gathered | undefined;

  constructor(take: (run: OutcomeRun) => void) {
    this.#take = take;
  }

  /**
   * @returns false where it fits into no run: all of its model that came before is handed on then, and whoever asked adds this
   *   one by itself
   */
  put(outcome: Outcome): boolean {
    const { prediction, truth, previous } = outcome;
    const run = this.#of(prediction.model);
    if (previous !== undefined || !fitsBlock(prediction, truth, truth.weight ?? prediction.weight)) {
      this.#end(run);
      return false;
    }
    if (!run.block.hasRoom(prediction.baseline !== undefined)) this.#end(run);
    putInBlock(run.block, prediction, truth);
    run.outcomes.push(outcome);
    return true;
  }

  /** Hands on what is there. */
  end(): void {
    for (const run of this.#runs.values()) this.#end(run);
  }

  /** Forgets what is there. */
  clear(): void {
    this.#runs.clear();
    this.#last = undefined;
  }

  #of(model: string): Gathered {
    if (this.#last?.model === model) return this.#last;
    let run = this.#runs.get(model);
    if (run === undefined) {
      run = { model, outcomes: [], block: new RegressionBlock() };
      this.#runs.set(model, run);
    }
    this.#last = run;
    return run;
  }

  #end(run: Gathered): void {
    if (run.outcomes.length === 0) return;
    this.#take(run);
    run.outcomes.length = 0;
    run.block.clear();
  }
}

interface Gathered extends OutcomeRun {
  readonly outcomes: Outcome[];
}
