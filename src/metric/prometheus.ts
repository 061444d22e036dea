import { Counter, Gauge, Histogram, type Metric, type Registry } from 'prom-client';
import type { Alarms } from './alarms/alarms.ts';
import { coverageOf } from './snapshot/coverage.ts';
import type { FigureKeeper } from './figures/figure-keeper.ts';
import { allPredictions } from './ledger/books.ts';
import type { Ledger } from './ledger/ledger.ts';

/** The figures an operator watches. They are read when somebody asks; only the commits are told. */
export class MetricFigures {
  readonly #commits: Histogram;
  readonly #refused: Counter<'code'>;
  readonly #alarmsTold: Counter<'outlet' | 'result'>;

  constructor(
    registry: Registry,
    {
      ledger,
      figures,
      alarms,
    }: { readonly ledger: Ledger; readonly figures: FigureKeeper; readonly alarms: Alarms },
  ) {
    const registers: Registry[] = [];
    const register = (metric: Metric): void => registry.registerMetric(metric);
    register(
      new Counter({
        name: 'aftermath_predictions_total',
        help: 'Predictions received, by what became of them for good; pending and expired ones are gauges',
        labelNames: ['result'],
        registers,
        collect() {
          const { scored, duplicate, conflict, unknown, refused } = allPredictions(ledger.books);
          const results = { scored, duplicate, conflict, unknown, refused };
          this.reset();
          for (const [result, count] of Object.entries(results)) this.inc({ result }, count);
        },
      }),
    );
    register(
      new Counter({
        name: 'aftermath_truths_total',
        help: 'Truths received, by what became of them for good; waiting, orphan and late ones are gauges',
        labelNames: ['result'],
        registers,
        collect() {
          const { matched, revision, duplicate, unknown, refused } = ledger.books.truths;
          const results = { matched, revision, duplicate, unknown, refused };
          this.reset();
          for (const [result, count] of Object.entries(results)) this.inc({ result }, count);
        },
      }),
    );
    const gauges = {
      aftermath_predictions_pending: {
        help: 'Predictions that wait for their truth',
        read: () => allPredictions(ledger.books).pending,
      },
      aftermath_truths_waiting: {
        help: 'Truths that wait for their prediction',
        read: () => ledger.books.truths.waiting,
      },
      aftermath_predictions_expired: {
        help: 'Predictions whose truth did not come in time; one that comes after all, and was in time by its own clock, takes one back',
        read: () => allPredictions(ledger.books).expired,
      },
      aftermath_truths_orphan: {
        help: 'Truths whose prediction did not come in time',
        read: () => ledger.books.truths.orphan,
      },
      aftermath_truths_late: {
        help: 'Truths that came too late for every prediction of their id',
        read: () => ledger.books.truths.late,
      },
      aftermath_alarms_standing: {
        help: 'Alarms that are raised or confirmed and not resolved',
        read: () => alarms.standing,
      },
      aftermath_ledger_bytes: { help: 'Size of the ledger on disk', read: () => ledger.bytes },
    };
    for (const [name, { help, read }] of Object.entries(gauges)) {
      register(
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read());
          },
        }),
      );
    }
    register(
      new Gauge({
        name: 'aftermath_label_lag_seconds',
        help: 'Time from a prediction to its truth, by model',
        labelNames: ['model', 'quantile'],
        registers,
        collect() {
          for (const { model } of ledger.books.models) {
            const quantiles = figures.model(model)?.labelLag();
            if (quantiles === undefined) continue;
            this.set({ model, quantile: '0.5' }, quantiles.median);
            this.set({ model, quantile: '0.95' }, quantiles.p95);
          }
        },
      }),
    );
    register(
      new Gauge({
        name: 'aftermath_coverage_ratio',
        help: 'Share of the predictions that the figures stand on, by model',
        labelNames: ['model'],
        registers,
        collect() {
          for (const { model, counts } of ledger.books.models) {
            const coverage = coverageOf(counts);
            if (coverage !== undefined) this.set({ model }, coverage);
          }
        },
      }),
    );
    this.#commits = new Histogram({
      name: 'aftermath_commit_seconds',
      help: 'Time of one transaction of the ledger: join, figures, log, storing',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers: [registry],
    });
    this.#refused = new Counter({
      name: 'aftermath_records_refused_total',
      help: 'Records that could not be used since this process began, by reason',
      labelNames: ['code'],
      registers: [registry],
    });
    this.#alarmsTold = new Counter({
      name: 'aftermath_alarms_told_total',
      help: 'Tries to tell a change of an alarm, by where and with what result',
      labelNames: ['outlet', 'result'],
      registers: [registry],
    });
  }

  committed(ms: number): void {
    this.#commits.observe(ms / 1000);
  }

  alarmTold(outlet: string, result: 'told' | 'failed'): void {
    this.#alarmsTold.inc({ outlet, result });
  }

  refused(code: string, count: number): void {
    this.#refused.inc({ code }, count);
  }
}
