import type { Value } from '../../wire/records.ts';
import { ArenaReader } from '../ledger/arena.ts';
import { type Entry, type PredictionSlot, standing } from '../ledger/entry.ts';
import { readEntry } from '../ledger/entry-codec.ts';
import { isPostgresUrl } from '../ledger/postgres/address.ts';
import { explained } from '../ledger/sqlite-store.ts';
import { Words } from '../ledger/words.ts';
import { isoTime } from '../log/log-row.ts';
import { DatabasePicture } from './database-picture.ts';
import { FilePicture } from './file-picture.ts';

/** How much was written. */
export interface Exported {
  readonly ids: number;
  readonly lines: number;
}

/** What is told of a prediction, or of a truth that has none. What is not known is `null`. */
export interface ExportedRow {
  readonly state: 'scored' | 'pending' | 'expired' | 'waiting' | 'orphan' | 'late';
  readonly model: string | null;
  readonly version: string | null;
  readonly role: 'champion' | 'challenger' | null;
  readonly prediction: Value | null;
  readonly proba: Readonly<Record<string, number>> | null;
  readonly interval: readonly [number, number] | null;
  readonly prediction_time: string | null;
  /** Until when a truth is waited for. */
  readonly deadline: string | null;
  /** The version that stands. */
  readonly truth: Value | null;
  readonly truth_time: string | null;
  /** Times that the truth was revised after it was scored. */
  readonly revisions: number;
  readonly weight: number | null;
  readonly tags: Readonly<Record<string, string>> | null;
  /** When the id is forgotten. */
  readonly forgotten_after: string;
}

/**
 * Tells every entry of a ledger, as it was at one moment, as lines of JSON: one for each prediction, and one for each truth
 * without any. Holds a piece in memory at a time.
 *
 * @param ledger as `--ledger` has it
 * @param write takes some whole lines, and fulfils when there may be more
 * @throws {AftermathError} `stop` where there is no such ledger, or it is damaged
 */
export async function exportLedger(
  ledger: string,
  write: (lines: string) => Promise<void>,
): Promise<Exported> {
  const lines = new Lines(write);
  if (isPostgresUrl(ledger)) {
    await DatabasePicture.take(ledger, 'export', async (picture) => {
      const reader = new ArenaReader(picture.words);
      for await (const { bytes } of picture.entries()) await lines.add(readEntry(reader, bytes, 0));
    });
  } else {
    try {
      using picture = new FilePicture(ledger, 'export');
      const reader = new ArenaReader(new Words(picture.texts()));
      for (const { bytes, at } of picture.newestStates()) await lines.add(readEntry(reader, bytes, at));
    } catch (error) {
      throw explained(error, ledger);
    }
  }
  return lines.end();
}

class Lines {
  readonly #write: (lines: string) => Promise<void>;
  #text = '';
  #ids = 0;
  #lines = 0;

  constructor(write: (lines: string) => Promise<void>) {
    this.#write = write;
  }

  /** What is worth waiting for is a full piece, not a line. */
  async add(entry: Entry): Promise<void> {
    this.#ids++;
    for (const row of rowsOf(entry)) {
      this.#lines++;
      // The token is JSON: a number keeps the digits that it came with.
      this.#text += `{"id":${entry.token},${JSON.stringify(row).slice(1)}\n`;
    }
    if (this.#text.length < PIECE_CHARACTERS) return;
    await this.#write(this.#text);
    this.#text = '';
  }

  async end(): Promise<Exported> {
    if (this.#text !== '') await this.#write(this.#text);
    return { ids: this.#ids, lines: this.#lines };
  }
}

const PIECE_CHARACTERS = 1 << 16;

function rowsOf(entry: Entry): ExportedRow[] {
  if (entry.predictions.length > 0)
    return entry.predictions.map((prediction) => ({
      state: prediction.state,
      ...predictionPart(prediction),
      ...commonPart(entry, prediction),
    }));
  const { truth } = entry;
  if (truth === undefined || truth.state === 'matched') return [];
  return [{ state: truth.state, ...NO_PREDICTION, ...commonPart(entry, undefined) }];
}

function predictionPart(prediction: PredictionSlot) {
  const { model, version, challenger, value, proba, interval, atMs, deadlineMs, outcomes } = prediction;
  return {
    model,
    version: version ?? null,
    role: challenger ? ('challenger' as const) : ('champion' as const),
    prediction: value,
    proba: proba ?? null,
    interval: interval ?? null,
    prediction_time: isoTime(atMs),
    deadline: isoTime(deadlineMs),
    revisions: Math.max(0, outcomes.length - 1),
  };
}

const NO_PREDICTION = {
  model: null,
  version: null,
  role: null,
  prediction: null,
  proba: null,
  interval: null,
  prediction_time: null,
  deadline: null,
  revisions: 0,
} as const;

function commonPart({ truth, forgetMs }: Entry, prediction: PredictionSlot | undefined) {
  const stands = truth === undefined ? undefined : standing(truth);
  const tags = { ...stands?.tags, ...prediction?.tags };
  return {
    truth: stands?.value ?? null,
    truth_time: stands === undefined ? null : isoTime(stands.atMs),
    weight: stands?.weight ?? prediction?.weight ?? null,
    tags: Object.keys(tags).length === 0 ? null : tags,
    forgotten_after: isoTime(forgetMs),
  };
}
