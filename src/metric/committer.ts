import type { PredictionRecord, TruthRecord } from '../wire/records.ts';
import type { Batch, Ledger, LedgerRefusal } from './ledger/ledger.ts';

/** What one consumer brings at a time. */
export interface Contribution {
  readonly predictions: readonly PredictionRecord[];
  readonly truths: readonly TruthRecord[];
  readonly refused: Batch['refused'];
}

/** Where contributions go, and how much of them at once. */
export interface CommitterOptions {
  readonly ledger: Ledger;
  readonly nowMs: () => number;
  /** With so many records a transaction takes no further contribution. */
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
 * the next together. The ledger is only ever asked for one thing at a time.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #housekeeping = false;
  #syncing: Promise<void> = Promise.resolve();

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Fulfils when it is stored. @returns what the ledger refused of the transaction, to the first who is in it */
  submit(contribution: Contribution): Promise<readonly LedgerRefusal[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly LedgerRefusal[]>();
    this.#waiting.push({ contribution, resolve, reject });
    this.#running ??= this.#run();
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
    // What the other consumer brings in this turn of the event loop comes along.
    await nextTurn();
    while (this.#waiting.length > 0) {
      await this.#commit(this.#take());
      await nextTurn();
    }
    this.#running = undefined;
  }

  #take(): readonly Waiting[] {
    let records = 0;
    let count = 0;
    for (const { contribution } of this.#waiting) {
      // Truths come behind their predictions: the last of them belong into the same transaction.
      if (records >= this.#options.recordsMax) break;
      records += contribution.predictions.length + contribution.truths.length;
      count++;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    const { ledger, nowMs, committed } = this.#options;
    const batch = joined(taken, nowMs());
    const startMs = performance.now();
    try {
      const { outcomes, refused, durable } = await ledger.commit(batch);
      committed({
        ms: performance.now() - startMs,
        outcomes: outcomes.length,
        records: batch.predictions.length + batch.truths.length,
      });
      // The records themselves are not needed any more.
      for (const one of taken) one.contribution = NOTHING;
      this.#settleWhen(durable, taken, refused);
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }

  /** The next transaction does not wait for the disk, only the acknowledgement of this one does. */
  #settleWhen(durable: Promise<void>, taken: readonly Waiting[], refused: readonly LedgerRefusal[]): void {
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

function joined(taken: readonly Waiting[], nowMs: number): Batch {
  const contributions = taken.map(({ contribution }) => contribution);
  return {
    nowMs,
    predictions: all(contributions.map(({ predictions }) => predictions)),
    truths: all(contributions.map(({ truths }) => truths)),
    refused: {
      predictions: contributions.reduce((sum, { refused }) => sum + refused.predictions, 0),
      truths: contributions.reduce((sum, { refused }) => sum + refused.truths, 0),
    },
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
