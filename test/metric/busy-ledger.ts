import { type FigureSettings, NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import type { Batch } from '../../src/metric/ledger/ledger.ts';
import { PostgresLedger } from '../../src/metric/ledger/postgres/postgres-ledger.ts';
import { type LedgerParts, openLedgerParts } from '../../src/metric/ledger-parts.ts';
import { NO_ALARMS } from '../../src/metric/alarms/alarm-settings.ts';
import { parseWindow } from '../../src/wire/window.ts';
import pino from 'pino';
import { prediction, truth } from './records.ts';

/** Long enough for a truth that is 2,000 ids behind its prediction, of a `busyBatch`. */
export const BUSY_HORIZON_MS = 20_000;
export const BUSY_RETENTION_MS = 30 * 86_400_000;

/** Windows of each kind and a slice. */
const FIGURES: FigureSettings = {
  ...NO_FURTHER_FIGURES,
  windows: ['last-300', 'sliding-10m', 'faded-10m'].map((text) => parseWindow(text)!),
  slices: ['origin'],
  slicesMax: 3,
  errorMax: 900,
  pinball: [0.9],
};

/** A ledger that ends with its scope, or before. */
export type BusyLedger = LedgerParts & AsyncDisposable;

/** Opens a ledger of either kind, with its log in a folder and all figures that settings ask for. @param figures which are other ones */
export async function openBusy(
  ledgerPath: string,
  logsDir: string,
  figures: Partial<FigureSettings> = {},
): Promise<BusyLedger> {
  const parts = await openLedgerParts(
    {
      ledgerPath,
      logsDir,
      writesLog: true,
      logColumns: ['model', 'revision'],
      logChallengers: true,
      task: 'auto',
      output: undefined,
      horizonMs: BUSY_HORIZON_MS,
      retentionMs: BUSY_RETENTION_MS,
      durability: 'process',
      recentIdsMax: 2_000,
      figures: { ...FIGURES, ...figures },
      alarms: NO_ALARMS,
    },
    pino({ level: 'silent' }),
  );
  let ended: Promise<void> | undefined;
  return { ...parts, [Symbol.asyncDispose]: () => (ended ??= end(parts)) };
}

async function end({ ledger, metricLog }: LedgerParts): Promise<void> {
  await ledger[Symbol.asyncDispose]();
  metricLog[Symbol.dispose]();
}

/**
 * Fifty ids of a stream in which all happens that can: two models, tags, truths that come later, twice, revised, too late or
 * never, predictions that conflict, truths without a prediction.
 */
function busyBatch(from: number): Batch {
  const ids = Array.from({ length: 50 }, (_, i) => from + i);
  const predictions = ids.flatMap((i) => {
    const tags = { origin: `O${(i * 31) % 5}` };
    const said = prediction(i, i / 7, { tags, version: i < 3_000 ? 'first' : 'second' });
    const other = prediction(i, i / 9, { tags, model: 'b', role: 'challenger', timeMs: timeOf(i) - 5 });
    const conflict = i % 17 === 0 ? [{ ...said, value: -1 }] : [];
    return [said, ...(i % 3 === 0 ? [other] : []), ...conflict];
  });
  const truths = ids.flatMap((i) => {
    const late = i >= 3_000 && (i - 3_000) % 11 === 0 && i % 2 === 0 ? [truth(i - 3_000, i)] : [];
    const known = i >= 20 && (i - 20) % 11 !== 0 ? [truth(i - 20, i / 6, { timeMs: timeOf(i) })] : [];
    const again = i % 23 === 0 ? known : [];
    const revised = i >= 100 && i % 13 === 0 ? [truth(i - 100, i / 5, { timeMs: timeOf(i) })] : [];
    return [...known, ...again, ...revised, ...late, ...(i % 19 === 0 ? [truth(`t${i}`, i)] : [])];
  });
  return { nowMs: timeOf(from + 50), predictions, truths, refused: { predictions: 1, truths: 0 } };
}

/** Takes ids from a number to another in, and does the housekeeping that is due then. */
export async function takeBusy({ ledger }: LedgerParts, fromId: number, toId: number): Promise<void> {
  for (let from = fromId; from < toId; from += 50) {
    await (
      await ledger.commit(busyBatch(from))
    ).durable;
    // What a naive answer would have been depends on how far the log is.
    if (ledger instanceof PostgresLedger) await ledger.catchUp();
  }
  while (await ledger.maintain(timeOf(toId))) continue;
}

/** States of all figures, byte by byte, the books, and what else the ledger tells. */
export function tellsOf({ ledger, figures, outcomes }: LedgerParts): unknown {
  const states = [...figures.states(), ...outcomes.states()].map(
    ([name, bytes]) => [name, Buffer.from(bytes).toString('base64')] as const,
  );
  return {
    figures: Object.fromEntries(states),
    books: JSON.parse(JSON.stringify(ledger.books)) as unknown,
    task: ledger.task,
    sinceMs: ledger.sinceMs,
  };
}

function timeOf(id: number): number {
  return 1_700_000_000_000 + 10 * id;
}
