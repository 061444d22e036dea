import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ReloadResult } from './reloading.ts';
import type { ServingModel } from './serving.ts';

/** The Prometheus figures of the model stage. */
export class ModelFigures {
  readonly rows: Counter<'model' | 'result'>;
  readonly seconds: Histogram;
  readonly reloads: Counter<'model' | 'result'>;
  readonly #models: Gauge<'model' | 'version' | 'role'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.rows = new Counter({
      name: 'aftermath_model_rows_total',
      help: 'Rows by what became of them',
      labelNames: ['model', 'result'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'aftermath_model_predict_seconds',
      help: 'Time to score one batch with one model',
      buckets: [0.0001, 0.001, 0.005, 0.02, 0.05, 0.2, 1],
      registers,
    });
    this.reloads = new Counter({
      name: 'aftermath_model_reloads_total',
      help: 'Model files that were read again, by what became of them: swapped, unchanged, failed',
      labelNames: ['model', 'result'],
      registers,
    });
    this.#models = new Gauge({
      name: 'aftermath_model_info',
      help: 'The models that serve: always 1',
      labelNames: ['model', 'version', 'role'],
      registers,
    });
  }

  /** Shows a model as serving, in the place of another one; its reloads are counted from 0. */
  serves(model: ServingModel, before?: ServingModel): void {
    if (before === undefined)
      for (const result of RESULTS) this.reloads.inc({ model: model.name, result }, 0);
    else this.#models.remove(labels(before));
    this.#models.set(labels(model), 1);
  }
}

const RESULTS: readonly ReloadResult[] = ['swapped', 'unchanged', 'failed'];

function labels({ name, version, role }: ServingModel): { model: string; version: string; role: string } {
  return { model: name, version, role };
}
