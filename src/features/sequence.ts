import { AftermathError } from '../service/errors.ts';
import type { Dataset } from './dataset.ts';
import { shuffled } from './random.ts';
import { isRefused, type RefusedRow, type Row } from './rows.ts';

/** Rows that follow each other in the sequence of a run. */
export interface Block {
  /** Place in the run of the first of them; counts from 0, over all passes. */
  readonly firstSeq: number;
  /** The first pass is 0. */
  readonly pass: number;
  readonly rows: readonly (Row | RefusedRow)[];
}

/** In which order the rows come, and how often. */
export interface SequenceOptions {
  readonly order: 'file' | 'random';
  readonly seed: number;
  /** Rows shuffled at once. */
  readonly shuffleRowsMax: number;
  /** `undefined`: without end. */
  readonly passes: number | undefined;
}

/** Where to begin. */
export interface SequenceStart {
  readonly seq: number;
  /** Rows of the file, where known from an earlier run; needed when `seq` lies beyond the first pass. */
  readonly rowsPerPass: number | undefined;
}

/**
 * The rows of a run, in order: pass after pass over the file, each shuffled within blocks where the order is
 * random. It depends on nothing but the file and the options, so a run goes on where it stopped.
 *
 * @throws {AftermathError} `stop` when the file cannot be read, or a whole pass holds no row that can be used
 */
export async function* sequence(
  dataset: Dataset,
  options: SequenceOptions,
  { seq, rowsPerPass }: SequenceStart,
): AsyncGenerator<Block, void, void> {
  let pass = rowsPerPass === undefined ? 0 : Math.floor(seq / rowsPerPass);
  let skip = seq - pass * (rowsPerPass ?? 0);
  let firstSeq = seq - skip;
  for (; options.passes === undefined || pass < options.passes; pass += 1) {
    const check = new PassCheck(skip > 0);
    for await (const rows of blocks(dataset, options, pass)) {
      if (rows.length > skip) {
        check.see(rows);
        yield { firstSeq: firstSeq + skip, pass, rows: skip === 0 ? rows : rows.slice(skip) };
      }
      skip = Math.max(0, skip - rows.length);
      firstSeq += rows.length;
    }
    check.end(options.passes === pass + 1);
  }
}

async function* blocks(
  dataset: Dataset,
  { order, seed, shuffleRowsMax }: SequenceOptions,
  pass: number,
): AsyncGenerator<readonly (Row | RefusedRow)[], void, void> {
  if (order === 'file') {
    yield* dataset.pass();
    return;
  }
  let waiting: (Row | RefusedRow)[] = [];
  let block = 0;
  for await (const rows of dataset.pass()) {
    for (const row of rows) {
      waiting.push(row);
      if (waiting.length < shuffleRowsMax) continue;
      yield shuffle(waiting, seed, pass, block);
      waiting = [];
      block += 1;
    }
  }
  if (waiting.length > 0) yield shuffle(waiting, seed, pass, block);
}

function shuffle<T>(rows: readonly T[], seed: number, pass: number, block: number): T[] {
  return Array.from(shuffled(rows.length, seed, pass, block), (at) => rows[at] as T);
}

/** Going round a file of which nothing can be used would never end and never say anything. */
class PassCheck {
  #usable: boolean;
  #first: RefusedRow | undefined;

  constructor(usable: boolean) {
    this.#usable = usable;
  }

  see(rows: readonly (Row | RefusedRow)[]): void {
    if (this.#usable) return;
    this.#usable = rows.some((row) => !isRefused(row));
    this.#first ??= rows.find(isRefused);
  }

  end(isLast: boolean): void {
    if (this.#usable || isLast) return;
    const why = this.#first ? `: line ${this.#first.line}: ${this.#first.reason}` : '';
    throw new AftermathError('stop', `Cannot go round the data again: none of its rows could be used${why}.`);
  }
}
