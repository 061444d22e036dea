import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import type { Logger } from '../../src/service/logging.ts';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import { NO_ALARMS } from '../../src/metric/alarms/alarm-settings.ts';
import { NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { type LedgerParts, openLedgerParts } from '../../src/metric/ledger-parts.ts';
import type { Figures } from '../../src/stats/figure.ts';
import type { PredictionBooks, TruthBooks } from '../../src/wire/snapshot.ts';
import { HORIZON_MS } from './history.ts';

/** What a run has left: two runs of the same history are to leave the same, whoever took what when. */
export interface Result {
  readonly books: {
    readonly truths: TruthBooks;
    readonly models: readonly { readonly model: string; readonly counts: PredictionBooks }[];
  };
  /** Linear figures, by model. */
  readonly figures: unknown;
  /** The last line of every id and model. */
  readonly lines: ReadonlyMap<string, string>;
  /** Lines that say the same as an earlier one of their id. */
  readonly doubled: number;
}

/** Opens a ledger with the settings of a fleet. */
export function openResult(ledgerPath: string, logsDir: string, log: Logger): Promise<LedgerParts> {
  return openLedgerParts(
    {
      ledgerPath,
      logsDir,
      writesLog: true,
      logColumns: ['model'],
      logChallengers: true,
      task: 'auto',
      output: undefined,
      horizonMs: HORIZON_MS,
      retentionMs: 30 * 86_400_000,
      durability: 'process',
      recentIdsMax: 500_000,
      figures: { ...NO_FURTHER_FIGURES, slices: ['site'], slicesMax: 50 },
      alarms: NO_ALARMS,
    },
    log,
  );
}

/** Reads ledger and log once all workers have stopped. @throws when the books do not balance, or a line is not whole */
export async function resultOf(ledgerPath: string, logsDir: string): Promise<Result> {
  const parts = await openResult(ledgerPath, logsDir, pino({ level: 'silent' }));
  const { ledger, figures } = parts;
  while (await ledger.maintain(Date.now())) continue;
  const { truths, models } = ledger.books;
  if (truthImbalance(truths) !== 0)
    throw new Error(`The books of the truths do not balance: ${JSON.stringify(truths)}`);
  for (const { model, counts } of models)
    if (predictionImbalance(counts) !== 0)
      throw new Error(`Those of ${model} do not: ${JSON.stringify(counts)}`);
  const byModel = [...models].sort((a, b) => (a.model < b.model ? -1 : 1));
  const result = {
    books: {
      truths: { ...truths },
      models: byModel.map(({ model, counts, cohorts }) => ({
        model,
        counts: { ...counts },
        cohorts: cohorts.list(),
      })),
    },
    figures: byModel.map(({ model }) => {
      const of = figures.model(model);
      return {
        values: withoutNaive(of?.values() ?? {}),
        errors: of?.histogram(),
        lag: of?.labelLag(),
        arrivals: of?.arrivals(),
      };
    }),
    ...linesOf(join(logsDir, 'metric_log.csv')),
  };
  await ledger[Symbol.asyncDispose]();
  parts.metricLog[Symbol.dispose]();
  return result;
}

/** What the naive answers were when a prediction came depends on what was known by then: on the order. */
function withoutNaive(values: Figures): Figures {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !/_(of|skill)_(last|mean|median)$/.test(name)),
  );
}

/** The books without what a redelivery adds to: the same record again is a duplicate, or a conflict, once more. */
export function settledBooks({ books }: Result): unknown {
  const { truths, models } = books;
  const { matched, waiting, orphan, late, revision } = truths;
  return {
    truths: { matched, waiting, orphan, late, revision },
    models: models.map(({ model, counts: { scored, pending, expired } }) => ({
      model,
      scored,
      pending,
      expired,
    })),
  };
}

function linesOf(path: string): Pick<Result, 'lines' | 'doubled'> {
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('\n')) throw new Error('The last line of the log is not whole');
  const lines = new Map<string, string>();
  const all = new Set<string>();
  let doubled = 0;
  for (const line of text.split('\n').slice(1, -1)) {
    const [id, , , , model] = line.split(',');
    if (all.has(line)) doubled++;
    all.add(line);
    lines.set(`${id} ${model}`, line);
  }
  return { lines, doubled };
}
