import { idToken } from '../../wire/id.ts';
import { isNumberToken } from '../../wire/id-match.ts';
import { readTags } from '../../wire/carried.ts';
import type { IdToken, PredictionRecord, TruthRecord, Value } from '../../wire/records.ts';
import { Problem } from '../../wire/refusal.ts';
import { parseTime } from '../../wire/time.ts';
import type { Batch, LedgerTask } from '../ledger/ledger.ts';
import type { LogRow } from './log-reader.ts';

/** How the rows of a log are read. */
export interface LogRecordsSettings {
  /** Whose rows they are where there is no column `model`. */
  readonly model: string;
  /** Whether an id that reads as a number was one. */
  readonly numericIds: boolean;
  readonly task: LedgerTask | undefined;
}

/** Makes of the rows of a log the records that they came from, as far as a log tells. */
export class LogRecords {
  readonly #settings: LogRecordsSettings;
  #champion: string | undefined;
  #latestMs = -Infinity;
  readonly #missing = { model: false, time: false, version: false, tags: false, proba: false };

  constructor(settings: LogRecordsSettings) {
    this.#settings = settings;
  }

  /**
   * The rows as batches for the ledger. Its clock follows the times of the predictions, so that none expires that did
   * not; it may lag behind, never run ahead. Rows without a time all stand at `writtenMs`.
   */
  *batches(
    rows: readonly LogRow[],
    writtenMs: number,
  ): Iterable<Pick<Batch, 'nowMs' | 'predictions' | 'truths'>> {
    let predictions: PredictionRecord[] = [];
    let truths: TruthRecord[] = [];
    let nowMs = this.#latestMs;
    for (const row of rows) {
      const prediction = this.#prediction(row);
      const atMs = prediction.timeMs ?? writtenMs;
      if (nowMs === -Infinity) nowMs = atMs;
      this.#latestMs = Math.max(this.#latestMs, atMs);
      predictions.push(prediction);
      truths.push(this.#truth(row));
      if (this.#latestMs < nowMs + STEP_MS) continue;
      yield { nowMs, predictions, truths };
      [predictions, truths, nowMs] = [[], [], this.#latestMs];
    }
    if (predictions.length > 0) yield { nowMs, predictions, truths };
  }

  /** What the log did not say, in whole sentences. */
  unknown(): string[] {
    const { model, time, version, tags, proba } = this.#missing;
    const columns = Object.entries({ version, tags, proba }).flatMap(([name, isMissing]) =>
      isMissing ? [name] : [],
    );
    return [
      'Predictions that wait for their truth, expired ones, orphans, late truths, duplicates, conflicts and refused records are in no log: their counts begin at 0. A truth that comes for one of those predictions finds none.',
      'Label lags, weights, times of truths and what a naive answer would have been are in no log.',
      ...(model
        ? [`The log has no column model: its rows stand for the model "${this.#settings.model}".`]
        : []),
      ...(time
        ? ['The log has no column time: its rows stand at the time at which it was written last.']
        : []),
      ...(columns.length > 0 ? [`The log has no column ${columns.join(', no ')}.`] : []),
      ...(proba && this.#settings.task === 'classification'
        ? ['Of the probabilities only that of the true class is known, as absolute_error tells it.']
        : []),
      this.#settings.numericIds
        ? 'An id that reads as a number is taken as one; --text-ids takes all as text.'
        : 'Every id is taken as text.',
    ];
  }

  #prediction(row: LogRow): PredictionRecord {
    const missing = this.#missing;
    missing.model ||= row.model === undefined;
    missing.version ||= row.version === undefined;
    missing.tags ||= row.tags === undefined;
    missing.proba ||= row.proba === undefined;
    const timeMs = timeOf(row.time);
    missing.time ||= timeMs === undefined;
    const model = row.model ?? this.#settings.model;
    this.#champion ??= model;
    const tags = readTags({ tags: jsonOf(row.tags) });
    return {
      id: this.#id(row.id),
      timeMs,
      tags: tags instanceof Problem ? undefined : tags,
      weight: undefined,
      value: valueOf(row.prediction),
      outputs: undefined,
      model,
      version: row.version === '' ? undefined : row.version,
      // Who was the challenger is not in a log; the next prediction of the model tells.
      role: model === this.#champion ? 'champion' : 'challenger',
      proba: this.#proba(row),
      interval: undefined,
    };
  }

  #truth({ id, truth }: LogRow): TruthRecord {
    return { id: this.#id(id), timeMs: undefined, tags: undefined, weight: undefined, value: valueOf(truth) };
  }

  #id(text: string): IdToken {
    return this.#settings.numericIds && isNumberToken(text) ? text : idToken(text);
  }

  #proba({ proba, truth, absoluteError }: LogRow): PredictionRecord['proba'] {
    if (this.#settings.task !== 'classification') return undefined;
    if (proba !== undefined) return (jsonOf(proba) as PredictionRecord['proba']) ?? undefined;
    if (absoluteError === 0 || absoluteError === 1) return undefined;
    return { [String(truth)]: 1 - absoluteError };
  }
}

/** The ledger's clock moves in steps of at least this, so that rows are not committed one by one. */
const STEP_MS = 60_000;

/** A boolean stands in a log as its token. */
function valueOf(cell: number | string): Value {
  if (cell === 'true') return true;
  return cell === 'false' ? false : cell;
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const timeMs = parseTime(text, Infinity);
  return typeof timeMs === 'number' ? timeMs : undefined;
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
