import { RegressionBlock } from '../../stats/regression-block.ts';
import { fitsBlock, putInBlock } from '../figures/regression-set.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { ClassBlock } from './class-block.ts';

/**
 * First truths of one model, as they came one after the other, with what is told of them in columns: each of weight 1, and of a
 * regression without an interval of the model's own. Read, do not keep.
 */
export type OutcomeRun = RegressionRun | ClassRun;

/** Of a regression. */
export interface RegressionRun extends AnyRun {
  readonly task: 'regression';
  /** Of the same rows. */
  readonly block: RegressionBlock;
}

/** Of a classification. */
export interface ClassRun extends AnyRun {
  readonly task: 'classification';
  /** Of the same rows. */
  readonly block: ClassBlock;
}

interface AnyRun {
  readonly model: string;
  readonly outcomes: readonly Outcome[];
}

/**
 * Gathers outcomes into runs and hands each on when it is full, one comes that is in none, or there are no more. Outcomes of a
 * model keep their order, those of two models do not.
 */
export class OutcomeRuns {
  readonly #threshold: number | undefined;
  readonly #take: (run: OutcomeRun) => void;
  readonly #runs = new Map<string, Gathered>();
  #last: Gathered | undefined;

  /** @param threshold from which probability on the positive one of two classes counts as predicted; `undefined`: the label as served */
  constructor(threshold: number | undefined, take: (run: OutcomeRun) => void) {
    this.#threshold = threshold;
    this.#take = take;
  }

  /**
   * @param task of all outcomes
   * @returns false where it fits into no run: all of its model that came before is handed on then, and whoever asked adds this
   *   one by itself
   */
  put(outcome: Outcome, task: LedgerTask): boolean {
    const run = this.#of(outcome.prediction.model, task);
    if (outcome.previous !== undefined || !this.#isPut(run, outcome)) {
      this.#end(run);
      return false;
    }
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

  #isPut(run: Gathered, { prediction, truth }: Outcome): boolean {
    const weight = truth.weight ?? prediction.weight;
    if (run.task === 'classification') {
      if (weight !== undefined && weight !== 1) return false;
      if (!run.block.hasRoom) this.#end(run);
      run.block.put(prediction, truth);
      return true;
    }
    if (!fitsBlock(prediction, truth, weight)) return false;
    if (!run.block.hasRoom(prediction.baseline !== undefined)) this.#end(run);
    putInBlock(run.block, prediction, truth);
    return true;
  }

  #of(model: string, task: LedgerTask): Gathered {
    if (this.#last?.model === model) return this.#last;
    let run = this.#runs.get(model);
    if (run === undefined) {
      run =
        task === 'regression'
          ? { task, model, outcomes: [], block: new RegressionBlock() }
          : { task, model, outcomes: [], block: new ClassBlock(this.#threshold) };
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

type Gathered = OutcomeRun & { readonly outcomes: Outcome[] };
