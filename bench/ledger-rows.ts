import pino from 'pino';
import { NO_ALARMS } from '../src/metric/alarms/alarm-settings.ts';
import type { Batch } from '../src/metric/ledger/ledger.ts';
import { NO_FURTHER_FIGURES } from '../src/metric/figures/figure-settings.ts';
import { type LedgerParts, openLedgerParts } from '../src/metric/ledger-parts.ts';
import { prediction, truth } from '../test/metric/records.ts';

/** Of a batch, as the metric stage has it at most. */
export const BATCH_ROWS = 4096;
export const DAY_MS = 86_400_000;
export const HORIZON_MS = 7 * DAY_MS;

/** In order, as a run of ours gives them, or spread over everything, as a random UUID is. */
export type IdOrder = 'ordered' | 'random';

/** Opens a ledger with all figures that are kept by default. @param ledgerPath as `--ledger` takes it */
export function openForBench(
  ledgerPath: string,
  logsDir: string,
  { writesLog }: { readonly writesLog: boolean },
): Promise<LedgerParts> {
  return openLedgerParts(
    {
      ledgerPath,
      logsDir,
      writesLog,
      logColumns: [],
      logChallengers: false,
      task: 'regression',
      output: undefined,
      horizonMs: HORIZON_MS,
      retentionMs: 30 * DAY_MS,
      durability: 'power-cut',
      recentIdsMax: 500_000,
      figures: NO_FURTHER_FIGURES,
      alarms: NO_ALARMS,
    },
    pino({ level: 'silent' }),
  );
}

/** Which rows come together. */
export interface RowsOfCommit {
  readonly predictions: readonly number[];
  readonly truths: readonly number[];
  readonly order: IdOrder;
}

/** The records of rows. */
export function recordsOf({
  predictions,
  truths,
  order,
}: RowsOfCommit): Pick<Batch, 'predictions' | 'truths'> {
  return {
    predictions: predictions.map((number) => prediction(idOf(number, order), number / 7)),
    truths: truths.map((number) => truth(idOf(number, order), number / 7 + (number % 11))),
  };
}

/** Commits predictions and truths of rows, and waits until they survive. */
export async function commitRows(
  { ledger }: LedgerParts,
  rows: RowsOfCommit & { readonly nowMs: number },
): Promise<void> {
  const refused = { predictions: 0, truths: 0 };
  const { durable } = await ledger.commit({ ...recordsOf(rows), nowMs: rows.nowMs, refused });
  await durable;
}

/** The rows of a batch. */
export function rowsOf(batch: number): number[] {
  return Array.from({ length: BATCH_ROWS }, (_, i) => batch * BATCH_ROWS + i);
}

/** The id of a row: of one length, up to a milliard of rows in order. */
export function idOf(number: number, order: IdOrder): string {
  if (order !== 'random') return `run-${String(number).padStart(9, '0')}`;
  const [high, low] = [Math.imul(number + 1, 0x9e3779b1) >>> 0, Math.imul(number + 7, 0x85ebca6b) >>> 0];
  return `${high.toString(16).padStart(8, '0')}-${low.toString(16).padStart(8, '0')}-${number.toString(16)}`;
}
