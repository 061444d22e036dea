import type { FeaturesStage } from '../features/stage.ts';
import type { MetricStage } from '../metric/stage.ts';
import type { ModelStage } from '../model/stage.ts';
import type { PredictionBooks, Snapshot } from '../wire/snapshot.ts';

/** How often it is looked whether everything has arrived. */
const LOOK_EVERY_MS = 20;

/** How far a run in one process has come: what was sent, and what became of it. Counts are of this run alone. */
export class Progress {
  readonly #features: FeaturesStage;
  readonly #model: ModelStage;
  readonly #metric: MetricStage;
  readonly #before: PredictionBooks;
  readonly #truthsBefore: number;
  readonly startedAtMs = Date.now();

  /** @param before the books before the features stage began: it may send before it is known to have started */
  constructor(
    stages: { features: FeaturesStage; model: ModelStage; metric: MetricStage },
    before: ReturnType<MetricStage['books']>,
  ) {
    this.#features = stages.features;
    this.#model = stages.model;
    this.#metric = stages.metric;
    this.#before = before.predictions;
    this.#truthsBefore = before.truths.received;
  }

  snapshot(): Snapshot {
    return this.#metric.snapshot();
  }

  /** Predictions of this run that were scored, of all models. */
  get scored(): number {
    return this.#metric.books().predictions.scored - this.#before.scored;
  }

  /** Rows of the file, or records on the way, that could not be used. */
  get refused(): number {
    const refused = this.#metric.books().predictions.refused - this.#before.refused;
    return this.#features.progress().rowsRefused + this.#model.progress().refused + refused;
  }

  get truthsDue(): number {
    return this.#features.progress().truthsDue;
  }

  get rowsTotal(): number | undefined {
    return this.#features.progress().rowsTotal;
  }

  /**
   * Fulfils when every row is scored, expired or refused, or when `ending` aborts; never where features go on
   * until they are stopped.
   */
  async finished(ending: AbortSignal): Promise<void> {
    await this.#features.done;
    while (!ending.aborted && !this.#isSettled()) {
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_EVERY_MS);
      });
    }
  }

  /** Counts of features go on from the run that is resumed; those of the model are of this process. */
  #isSettled(): boolean {
    const sent = this.#features.progress();
    const { before } = this.#features;
    const model = this.#model.progress();
    if (!sent.finished || model.rows < sent.rowsPublished - before.rowsPublished) return false;
    const { predictions, truths } = this.#metric.books();
    // Once both sides have arrived, what has a truth is scored; what has none stays pending until its horizon.
    return (
      predictions.received - this.#before.received >= model.predictions &&
      truths.received - this.#truthsBefore >= sent.truthsPublished - before.truthsPublished
    );
  }
}
