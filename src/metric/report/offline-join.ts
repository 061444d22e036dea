import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../service/logging.ts';
import { DEFAULT_MODEL } from '../../wire/predictions.ts';
import type { PredictionRecord } from '../../wire/records.ts';
import type { CohortPoint, EstimateSnapshot, PredictionBooks, TruthBooks } from '../../wire/snapshot.ts';
import { withUnattributed } from '../ledger/books.ts';
import type { Batch, LedgerTask } from '../ledger/ledger.ts';
import { SqliteLedger } from '../ledger/sqlite.ts';
import { MetricLog } from '../log/log.ts';
import { cohortsOf } from '../figures/maturity.ts';
import { FigureKeeper } from '../figures/figure-keeper.ts';
import { OutcomeKeeper } from '../ordered/outcome-keeper.ts';
import { type FilePiece, type FileRecord, type RecordColumns, readRecords } from './record-files.ts';

/** Two files, and how they are joined. */
export interface JoinOptions {
  readonly predictions: { readonly path: string; readonly columns: RecordColumns };
  readonly truth: { readonly path: string; readonly columns: RecordColumns };
  readonly task: LedgerTask | undefined;
  readonly horizonMs: number;
  readonly recentIdsMax: number;
  readonly log: Logger;
  /** Told how many bytes of both files were read, now and then. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** The two files joined. Its log, with a column `model`, goes with it. */
export interface Joined extends Disposable {
  readonly logPath: string;
  readonly models: readonly {
    readonly model: string;
    readonly books: PredictionBooks;
    readonly labelLag: { readonly median: number; readonly p95: number } | undefined;
    /** Where all rows carry a time. */
    readonly cohorts: readonly CohortPoint[] | undefined;
    /** Of classes with probabilities: what the figures of those without truth will be. */
    readonly estimate: EstimateSnapshot | undefined;
  }[];
  readonly truths: TruthBooks;
  /** What a reader has to know, in whole sentences. */
  readonly notes: readonly string[];
}

/**
 * Joins a file of predictions with one of truths by the rules of the ledger, in a ledger of its own that is thrown away: it
 * takes disk, not memory.
 *
 * Where both sides of a pair carry a time these decide what is late, and what has no partner expires when the horizon has
 * passed by the latest time in the files. Without times a file cannot tell, and everything that finds its partner is in time.
 *
 * @throws {AftermathError} `stop` when a file cannot be read or lacks a column
 */
export async function joinFiles(options: JoinOptions): Promise<Joined> {
  const dir = mkdtempSync(join(tmpdir(), 'aftermath-report-'));
  const gone = (): void => rmSync(dir, { recursive: true, force: true });
  try {
    return { ...(await joinedIn(dir, options)), [Symbol.dispose]: gone };
  } catch (error) {
    gone();
    throw error;
  }
}

async function joinedIn(dir: string, options: JoinOptions): Promise<Omit<Joined, typeof Symbol.dispose>> {
  const path = join(dir, 'ledger.db');
  using metricLog = new MetricLog(
    { logsDir: dir, columns: ['model'], challengers: true, ledgerPath: path },
    options.log,
  );
  const figures = new FigureKeeper(options.log);
  const outcomes = new OutcomeKeeper(metricLog, options.log);
  const { horizonMs, task, recentIdsMax } = options;
  await using ledger = await SqliteLedger.open(
    {
      path,
      horizonMs,
      task,
      recentIdsMax,
      retentionMs: FOR_EVER_MS,
      durability: 'process',
      output: undefined,
      slices: [],
      slicesMax: 1,
    },
    { linear: figures, ordered: outcomes },
  );
  const files = new Files();
  const commit = async (batch: Pick<Batch, 'predictions' | 'truths' | 'refused'>): Promise<void> => {
    const { refused } = await ledger.commit({ nowMs: BEFORE_ALL_MS, ...batch });
    for (const { reason, text } of refused) files.refuse(`${reason}: ${text}`);
  };
  const { predictions, truth, onBytes } = options;
  let predictionBytes = 0;
  const firstBytes = (bytes: number): void => onBytes?.((predictionBytes = bytes));
  for await (const piece of readRecords(predictions.path, 'predictions', predictions.columns, firstBytes)) {
    const refused = { predictions: files.take(piece), truths: 0 };
    await commit({ predictions: piece.records.map(predictionOf), truths: [], refused });
  }
  const predictionsTimed = files.endFile();
  const furtherBytes = (bytes: number): void => onBytes?.(predictionBytes + bytes);
  for await (const piece of readRecords(truth.path, 'truth', truth.columns, furtherBytes)) {
    const refused = { predictions: 0, truths: files.take(piece) };
    await commit({ predictions: [], truths: piece.records, refused });
  }
  const bothTimed = files.endFile() && predictionsTimed;
  if (bothTimed) while (await ledger.maintain(files.latestMs)) continue;
  const { models, truths, unattributed } = ledger.books;
  return {
    logPath: metricLog.path,
    // A row that cannot be read names no model: it stands with the first.
    models: models.map(({ model, counts, cohorts, pendingScores }, i) => ({
      model,
      books: i === 0 ? withUnattributed(counts, unattributed) : { ...counts },
      labelLag: bothTimed ? figures.model(model)?.labelLag() : undefined,
      cohorts: bothTimed ? cohortsOf(cohorts, figures.model(model)) : undefined,
      estimate: ledger.task === 'regression' ? undefined : outcomes.estimates.of(model, pendingScores),
    })),
    truths: { ...truths },
    notes: files.notes(bothTimed),
  };
}

/** No record is older, so the clock alone lets nothing expire before all is read. */
const BEFORE_ALL_MS = -1e15;
/** Ids are not forgotten while files are read. */
const FOR_EVER_MS = 4e15;

function predictionOf(record: FileRecord): PredictionRecord {
  const { model = DEFAULT_MODEL, ...rest } = record;
  return { ...rest, model, role: 'champion', outputs: undefined, interval: undefined };
}

/** What is told of both files beside their records. */
class Files {
  latestMs = -Infinity;
  #refused = 0;
  #firstRefusal: string | undefined;
  #empty = 0;
  #records = 0;
  #timed = 0;

  /** @returns how many rows of the piece cannot be used */
  take({ records, refused, empty }: FilePiece): number {
    this.#empty += empty;
    this.#records += records.length;
    for (const { timeMs } of records) {
      if (timeMs === undefined) continue;
      this.#timed++;
      this.latestMs = Math.max(this.latestMs, timeMs);
    }
    for (const reason of refused) this.refuse(reason);
    return refused.length;
  }

  refuse(reason: string): void {
    this.#refused++;
    this.#firstRefusal ??= reason;
  }

  /** @returns whether every record of the file that has ended carried its time */
  endFile(): boolean {
    const isTimed = this.#records > 0 && this.#timed === this.#records;
    [this.#records, this.#timed] = [0, 0];
    return isTimed;
  }

  notes(bothTimed: boolean): string[] {
    return [
      ...(bothTimed
        ? []
        : ['Not all rows of both files carry a time: nothing is late, and nothing expires.']),
      ...(this.#empty > 0 ? [`${this.#empty} rows have no value and were left out.`] : []),
      ...(this.#refused > 0
        ? [`${this.#refused} rows cannot be used; the first: ${this.#firstRefusal}`]
        : []),
    ];
  }
}
