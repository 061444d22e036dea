import { type ClassificationOutcome, classificationError } from '../../stats/classification.ts';
import { classProbabilities } from '../../stats/class-probabilities.ts';
import type { Figures } from '../../stats/figure.ts';
import { type FadedFigures, forwardDecay } from '../../stats/forward-decay.ts';
import { meanFigures } from '../../stats/mean-figures.ts';
import { regression } from '../../stats/regression.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import { labelOf } from './absolute-error.ts';
import type { Row } from './figure-set.ts';
import type { LedgerTask } from '../ledger/ledger.ts';

/**
 * Figures of a model in which outcomes fade by event time: of a regression those that are made of sums, of classes the
 * means (accuracy, absolute error, log loss, Brier). Linear, as all it is made of.
 */
export class FadedWindow {
  readonly #task: LedgerTask;
  readonly #parts: readonly Part[];

  constructor(task: LedgerTask, halfLifeMs: number) {
    this.#task = task;
    const figures: readonly FadedFigures<unknown, unknown>[] =
      task === 'regression'
        ? [forwardDecay(regression, halfLifeMs)]
        : [forwardDecay(labelMeans, halfLifeMs), forwardDecay(classProbabilities, halfLifeMs)];
    this.#parts = figures.map((each) => ({ figures: each, state: each.empty() as unknown }));
  }

  put(timeMs: number, { prediction, truth, weight }: Row, sign: 1 | -1): void {
    const outcome =
      this.#task === 'regression'
        ? { truth: Number(truth.value), prediction: Number(prediction.value), weight }
        : {
            truth: labelOf(truth.value),
            prediction: labelOf(prediction.value),
            proba: prediction.proba,
            weight,
          };
    for (const { figures, state } of this.#parts) {
      figures[sign === 1 ? 'add' : 'remove'](state as never, { timeMs, outcome });
    }
  }

  merge(other: FadedWindow): void {
    for (const [i, { figures, state }] of this.#parts.entries()) {
      figures.merge(state as never, other.#parts[i]!.state as never);
    }
  }

  /** Sum of the weights that have faded; 0 before an outcome. */
  scored(): number {
    const [first] = this.#parts;
    return first!.figures.faded(first!.state as never);
  }

  values(): Figures {
    return Object.assign({}, ...this.#parts.map(({ figures, state }) => figures.value(state as never)));
  }

  write(writer: StateWriter): void {
    for (const { figures, state } of this.#parts) writer.bytes(figures.encode(state as never));
  }

  /** Reads what `write` wrote. @throws {RangeError} on bytes of another version or that are no state */
  read(reader: StateReader): void {
    for (const part of this.#parts) part.state = part.figures.decode(reader.bytes());
  }
}

interface Part {
  readonly figures: FadedFigures<unknown, unknown>;
  state: unknown;
}

const labelMeans = meanFigures({
  names: ['accuracy', 'mae'] as const,
  version: 1,
  values: (outcome: ClassificationOutcome) => ({
    accuracy: outcome.truth === outcome.prediction ? 1 : 0,
    mae: classificationError(outcome),
  }),
});
