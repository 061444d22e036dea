import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { AftermathError, codeOf, messageOf } from '../../service/errors.ts';
import type { LogCursor } from './ledger.ts';
import type { RulesState } from './rules-state.ts';
import { bufferOf, damaged } from './segment.ts';
import { isDamage, isPassing } from './sqlite-errors.ts';
import { readRulesState } from './rules-state.ts';
import { Words } from './words.ts';

/** The row that every commit writes. */
export interface StoredState {
  readonly rules: RulesState;
  readonly cursor: LogCursor | undefined;
  /** Number of the last batch. */
  readonly seq: number;
  /** Up to this batch the entries are in segments. */
  readonly foldedSeq: number;
  /** Number of the last outcome that the stored figures hold. */
  readonly figuresNumber: number;
}

/** One transaction's worth. */
export interface Commit {
  readonly rules: RulesState;
  readonly cursor: LogCursor;
  /** New states of entries, one behind the other. */
  readonly entries: Buffer;
  readonly words: Words;
  /** When a table was folded: up to which batch. */
  readonly foldedSeq: number | undefined;
  /** When they are to be stored: the figures up to this batch. */
  readonly figures: ReadonlyMap<string, Uint8Array> | undefined;
}

/** The statements of a ledger file but for its segments. */
export class SqliteStore {
  state: StoredState;
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #insertBatch: StatementSync;
  readonly #deleteBatches: StatementSync;
  readonly #setState: StatementSync;
  #firstSeq: number;

  /** @param fresh the rules of a ledger that has seen nothing */
  constructor(db: DatabaseSync, path: string, fresh: () => RulesState) {
    this.#db = db;
    this.#path = path;
    this.#insertBatch = db.prepare('INSERT INTO batch (seq, bytes, crc) VALUES (?, ?, ?)');
    this.#deleteBatches = db.prepare('DELETE FROM batch WHERE seq < ?');
    this.#setState = db.prepare('INSERT OR REPLACE INTO state (id, json) VALUES (1, ?)');
    const row = db.prepare('SELECT json FROM state').get();
    this.state =
      row === undefined
        ? { rules: fresh(), cursor: undefined, seq: 0, foldedSeq: 0, figuresNumber: 0 }
        : readStored(String(row['json']), path);
    this.#firstSeq = Number(
      db.prepare('SELECT min(seq) AS seq FROM batch').get()?.['seq'] ?? this.state.seq + 1,
    );
  }

  words(): Words {
    const rows = this.#db.prepare('SELECT text FROM word ORDER BY code').iterate();
    return new Words(rows.map((row) => String(row['text'])));
  }

  figures(): Map<string, Uint8Array> {
    const figures = new Map<string, Uint8Array>();
    for (const row of this.#db.prepare('SELECT name, bytes, crc FROM figure').iterate()) {
      const bytes = bufferOf(row['bytes']);
      if (crc32(bytes) !== row['crc']) throw damaged(this.#path, 'the figures are not what was written');
      figures.set(String(row['name']), bytes);
    }
    return figures;
  }

  /** The batches that are not in segments yet, in order. */
  *batches(): Iterable<Buffer> {
    const rows = this.#db
      .prepare('SELECT seq, bytes, crc FROM batch WHERE seq > ? ORDER BY seq')
      .iterate(this.state.foldedSeq);
    for (const row of rows) {
      const bytes = bufferOf(row['bytes']);
      if (crc32(bytes) !== row['crc'])
        throw damaged(this.#path, `batch ${Number(row['seq'])} is not what was written`);
      yield bytes;
    }
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  commit({ rules, cursor, entries, words, foldedSeq, figures }: Commit): void {
    const seq = entries.length > 0 ? this.state.seq + 1 : this.state.seq;
    if (entries.length > 0) this.#insertBatch.run(seq, entries, crc32(entries));
    this.#insertWords(words);
    if (figures !== undefined) this.#setFigures(figures);
    const state: StoredState = {
      rules,
      cursor,
      seq,
      foldedSeq: foldedSeq ?? this.state.foldedSeq,
      figuresNumber: figures === undefined ? this.state.figuresNumber : rules.number,
    };
    if (this.#firstSeq <= state.foldedSeq) {
      this.#firstSeq = Math.min(state.foldedSeq + 1, this.#firstSeq + DELETED_BATCHES_MAX);
      this.#deleteBatches.run(this.#firstSeq);
    }
    this.#setState.run(JSON.stringify(state));
    this.#db.exec('COMMIT');
    words.stored();
    this.state = state;
  }

  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  #insertWords(words: Words): void {
    const { first, texts } = words.fresh();
    if (texts.length === 0) return;
    const insert = this.#db.prepare('INSERT INTO word (code, text) VALUES (?, ?)');
    for (const [i, text] of texts.entries()) insert.run(first + i, text);
  }

  #setFigures(figures: ReadonlyMap<string, Uint8Array>): void {
    const set = this.#db.prepare('INSERT OR REPLACE INTO figure (name, bytes, crc) VALUES (?, ?, ?)');
    for (const [name, bytes] of figures) set.run(name, bytes, crc32(bytes));
  }
}

/**
 * What went wrong in a transaction, for whoever delivers the batch: a full disk passes, damage does not,
 * anything unknown is a bug and stays what it is.
 */
export function explained(error: unknown, path: string): unknown {
  if (error instanceof AftermathError) return error;
  if (isDamage(error)) return damaged(path, messageOf(error));
  if (isPassing(error) || codeOf(error) === 'ENOSPC') {
    return new AftermathError(
      'retry',
      `Cannot store a batch in the ledger ${path}: ${messageOf(error)}. It goes on when there is space again.`,
      { cause: error },
    );
  }
  return error;
}

/** Batches that were folded go a few with each commit. */
const DELETED_BATCHES_MAX = 8;

function readStored(json: string, path: string): StoredState {
  try {
    return readState(json);
  } catch (error) {
    throw damaged(path, `its books cannot be read: ${messageOf(error)}`);
  }
}

/**
 * The state from its JSON, which leaves out what is `undefined`.
 *
 * @throws {SyntaxError | TypeError} when it is none
 */
export function readState(json: string): StoredState {
  const state = JSON.parse(json) as StoredState;
  return { ...state, cursor: state.cursor, rules: readRulesState(state.rules) };
}
