import {
  type CountGrid,
  addToGrid,
  emptyGrid,
  gridCounts,
  mergeGrid,
  readGrid,
  writeGrid,
} from '../../stats/count-grid.ts';
import type { RegressionBlock } from '../../stats/regression-block.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import type { GridSnapshot } from '../../wire/snapshot.ts';

/** Where the outcomes of a regression lie, each once whatever its weight: truths and residuals against predictions. */
export class OutcomeGrids {
  readonly #truths: CountGrid;
  readonly #residuals: CountGrid;

  constructor(truths: CountGrid = emptyGrid(), residuals: CountGrid = emptyGrid()) {
    this.#truths = truths;
    this.#residuals = residuals;
  }

  put({ prediction, truth }: { readonly prediction: number; readonly truth: number }, sign: 1 | -1): void {
    addToGrid(this.#truths, prediction, truth, sign);
    addToGrid(this.#residuals, prediction, prediction - truth, sign);
  }

  putBlock({ count, truth, prediction, error }: RegressionBlock): void {
    for (let i = 0; i < count; i++) {
      addToGrid(this.#truths, prediction[i]!, truth[i]!, 1);
      addToGrid(this.#residuals, prediction[i]!, error[i]!, 1);
    }
  }

  merge(other: OutcomeGrids): void {
    mergeGrid(this.#truths, other.#truths);
    mergeGrid(this.#residuals, other.#residuals);
  }

  /** Predicted (x) against actual (y), and against the residual; nothing without an outcome. */
  shown(): { readonly scatter?: GridSnapshot; readonly residuals?: GridSnapshot } {
    const [scatter, residuals] = [gridCounts(this.#truths), gridCounts(this.#residuals)];
    return { ...(scatter && { scatter }), ...(residuals && { residuals }) };
  }

  write(writer: StateWriter): void {
    writeGrid(writer, this.#truths);
    writeGrid(writer, this.#residuals);
  }

  /** Reads what `write` wrote. @throws {RangeError} on bytes that are none */
  static read(reader: StateReader): OutcomeGrids {
    return new OutcomeGrids(readGrid(reader), readGrid(reader));
  }
}
