import type { PredictionRecord, TruthRecord } from '../wire/records.ts';
import type { Batch, Changes, Ledger, LedgerRefusal } from './ledger/ledger.ts';
import { StepSize } from './ledger/step-size.ts';

/** What one consumer brings at a time. */
export interface Contribution {
  readonly predictions: readonly PredictionRecord[];
  readonly truths: readonly TruthRecord[];
  readonly refused: Batch['refused'];
}

/** Where contributions go, and how much of them at once. */
export interface CommitterOptions {
  readonly ledger: Pick<Ledger, 'commit' | 'maintain'>;
  readonly nowMs: () => number;
  /** With so many records a transaction takes no further contribution. While transactions take long there are fewer in one. */
  readonly recordsMax: number;
  /** Told of each commit that went well: how long it took, and how many outcomes it scored. */
  readonly committed: (commit: {
    readonly ms: number;
    readonly outcomes: number;
    readonly records: number;
  }) => void;
}

/**
 * Puts what both consumers bring into as few transactions as possible: what arrives while one commits goes into
 * the next together. The ledger is only ever asked for one thing at a time. Where it is slow, what was taken together is committed in
 * pieces that take about a quarter of a second each: a slow disk slows the stream, and blocks nothing for long.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #size: StepSize;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #housekeeping = false;
  #syncing: Promise<void> = Promise.resolve();
  #startedMs = -Infinity;
  /** Ends the wait for more records. */
  #enough: (() => void) | undefined;
  /** Something could not be stored: what comes again is stored as a whole or not at all, or its first piece would be a duplicate each time. */
  #hasFailed = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
    const { recordsMax } = options;
    this.#size = new StepSize({
      aimMs: COMMIT_AIM_MS,
      min: Math.min(COMMIT_RECORDS_MIN, recordsMax),
      // What is taken together stays together where that takes no longer.
      max: COMMIT_STRETCH * recordsMax,
      first: Math.min(COMMIT_RECORDS_FIRST, recordsMax),
    });
  }

  /**
   * Fulfils when all of it is stored. Where it rejects, some of it may be: that comes again as duplicates.
   *
   * @returns what the ledger refused of all that was taken together, to the first who is in it
   */
  submit(contribution: Contribution): Promise<readonly LedgerRefusal[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly LedgerRefusal[]>();
    this.#waiting.push({ contribution, resolve, reject });
    this.#running ??= this.#run();
    if (this.#enough !== undefined && !this.#isFew) this.#enough();
    return promise;
  }

  /** One step of housekeeping, when nothing else goes on. @throws what the ledger throws */
  async maintain(): Promise<void> {
    if (this.#running !== undefined || this.#housekeeping) return;
    this.#housekeeping = true;
    const step = this.#options.ledger.maintain(this.#options.nowMs()).then(() => {});
    const ended = step
      .catch(() => {})
      .finally(() => {
        this.#housekeeping = false;
        this.#running = this.#waiting.length > 0 ? this.#run() : undefined;
      });
    this.#running = ended;
    await step;
  }

  /** Waits until nothing goes on. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#syncing;
  }

  async #run(): Promise<void> {
    await this.#gather();
    while (this.#waiting.length > 0) {
      await this.#commit(this.#take());
      await this.#gather();
    }
    this.#running = undefined;
  }

  /** A transaction costs what a hundred records cost: right after one, a few records wait for more. */
  async #gather(): Promise<void> {
    // What the other consumer brings in this turn of the event loop comes along.
    await nextTurn();
    const restMs = this.#startedMs + FEW_EVERY_MS - performance.now();
    if (restMs <= 0 || this.#waiting.length === 0 || !this.#isFew) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#enough = resolve;
    const timer = setTimeout(resolve, restMs);
    await promise;
    clearTimeout(timer);
    this.#enough = undefined;
  }

  get #isFew(): boolean {
    let records = 0;
    for (const { contribution } of this.#waiting) records += recordsOf(contribution);
    return records < FEW_RECORDS;
  }

  #take(): readonly Waiting[] {
    let records = 0;
    let count = 0;
    const recordsMax = Math.min(this.#options.recordsMax, this.#size.now);
    for (const { contribution } of this.#waiting) {
      // Truths come behind their predictions: the last of them belong into the same transaction.
      if (count >= PAIR && records >= recordsMax) break;
      records += recordsOf(contribution);
      count++;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    const whole = joined(taken);
    // The records themselves are not needed any more.
    for (const one of taken) one.contribution = NOTHING;
    try {
      const refusals: LedgerRefusal[] = [];
      const synced: Promise<void>[] = [];
      for (let done = 0; done < 1;) {
        const { piece, end } = pieceOf(whole, done, this.#hasFailed ? Infinity : this.#size.now);
        const { refused, durable } = await this.#commitPiece(piece);
        durable.catch(() => {});
        for (const refusal of refused) refusals.push(refusal);
        synced.push(durable);
        done = end;
        // Others have a turn between two.
        if (done < 1) await nextTurn();
      }
      this.#hasFailed = false;
      this.#settleWhen(Promise.all(synced), taken, refusals);
    } catch (error) {
      this.#hasFailed = true;
      for (const { reject } of taken) reject(error);
    }
  }

  async #commitPiece(piece: Omit<Batch, 'nowMs'>): Promise<Changes> {
    const { ledger, nowMs, committed } = this.#options;
    const startMs = performance.now();
    this.#startedMs = startMs;
    const changes = await ledger.commit({ ...piece, nowMs: nowMs() });
    const ms = performance.now() - startMs;
    const records = recordsOf(piece);
    this.#size.took({ size: records, ms });
    committed({ ms, outcomes: changes.outcomes.length, records });
    return changes;
  }

  /** The next transaction does not wait for the disk, only the acknowledgement of this one does. */
  #settleWhen(durable: Promise<unknown>, taken: readonly Waiting[], refused: readonly LedgerRefusal[]): void {
    const settled = durable.then(
      () => {
        for (const [i, { resolve }] of taken.entries()) resolve(i === 0 ? refused : NONE);
      },
      (error: unknown) => {
        for (const { reject } of taken) reject(error);
      },
    );
    this.#syncing = settled;
  }
}

interface Waiting {
  contribution: Contribution;
  readonly resolve: (refused: readonly LedgerRefusal[]) => void;
  readonly reject: (error: unknown) => void;
}

const NONE: readonly LedgerRefusal[] = [];
const NOTHING: Contribution = { predictions: [], truths: [], refused: { predictions: 0, truths: 0 } };

/** What a transaction should take about; see docs/scale.md for what it comes to. */
const COMMIT_AIM_MS = 250;
/** Of the first one, while nobody knows how slow the disk is. */
const COMMIT_RECORDS_FIRST = 1_024;
const COMMIT_RECORDS_MIN = 64;
const COMMIT_STRETCH = 1.5;
/** So few records are not worth a transaction of their own so soon after the last one. */
const FEW_RECORDS = 512;
const FEW_EVERY_MS = 20;
/** Contributions that are taken together, whatever their size: predictions, and their truths. */
const PAIR = 2;

function recordsOf({ predictions, truths }: Omit<Contribution, 'refused'>): number {
  return predictions.length + truths.length;
}

function joined(taken: readonly Waiting[]): Contribution {
  const contributions = taken.map(({ contribution }) => contribution);
  return {
    predictions: all(contributions.map(({ predictions }) => predictions)),
    truths: all(contributions.map(({ truths }) => truths)),
    refused: {
      predictions: contributions.reduce((sum, { refused }) => sum + refused.predictions, 0),
      truths: contributions.reduce((sum, { refused }) => sum + refused.truths, 0),
    },
  };
}

/**
 * So many records of a contribution at most, as many of its predictions as of its truths in proportion: pairs stay together.
 *
 * @param done the share of it that has been taken, in 0..1
 * @returns the piece, and the share that has been taken then
 */
function pieceOf(
  { predictions, truths, refused }: Contribution,
  done: number,
  records: number,
): { readonly piece: Contribution; readonly end: number } {
  const share = records / (predictions.length + truths.length);
  // What is left is not worth a transaction of its own where it is next to nothing.
  const end = done + share * 1.1 >= 1 ? 1 : done + share;
  const cut = <R>(all: readonly R[]): readonly R[] =>
    done === 0 && end === 1 ? all : all.slice(Math.round(done * all.length), Math.round(end * all.length));
  return {
    piece: {
      predictions: cut(predictions),
      truths: cut(truths),
      refused: done === 0 ? refused : NOTHING.refused,
    },
    end,
  };
}

function all<R>(parts: readonly (readonly R[])[]): readonly R[] {
  const filled = parts.filter(({ length }) => length > 0);
  return filled.length === 1 && filled[0] !== undefined ? filled[0] : filled.flat();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
