import { Counter, Gauge, type Registry } from 'prom-client';

/** The stage's figures for Prometheus. */
export interface FeaturesCounters {
  /** Label `result`: `published` or `refused`. */
  readonly rows: Counter<'result'>;
  readonly truths: Counter;
}

/** @param truthsDue asked for at every scrape */
export function createCounters(registry: Registry, truthsDue: () => number): FeaturesCounters {
  void new Gauge({
    name: 'aftermath_features_truths_due',
    help: 'Truths that are still to be sent or confirmed, of rows that were sent',
    registers: [registry],
    collect() {
      this.set(truthsDue());
    },
  });
  return {
    rows: new Counter({
      name: 'aftermath_features_rows_total',
      help: 'Rows of the data by what became of them; published ones are confirmed',
      labelNames: ['result'],
      registers: [registry],
    }),
    truths: new Counter({
      name: 'aftermath_features_truths_total',
      help: 'Truths that were published and confirmed',
      registers: [registry],
    }),
  };
}
