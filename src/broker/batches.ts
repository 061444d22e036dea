import { AftermathError } from '../service/errors.ts';
import { Fifo } from './fifo.ts';

/** The bounds of `ConsumeOptions`, and what happens to a batch. */
export interface BatchesOptions<T> {
  readonly batchMax: () => number;
  readonly lingerMs: number;
  readonly overlap: number;
  readonly handle: (batch: readonly T[]) => Promise<void>;
  /** The batch was handled, and so was every one before it. */
  readonly acknowledge: (batch: readonly T[]) => void;
  /** A handler rejected. No further batch is started; the owner calls `end`. */
  readonly failed: () => void;
}

/**
 * Turns a flow of messages into batches and runs their handler: in order, at most `overlap` at once,
 * acknowledged in order. This is what every broker's consumer shares; where the messages come from and
 * where they go back to is the broker's part.
 */
export class Batches<T> {
  readonly #options: BatchesOptions<T>;
  #waiting: T[] = [];
  readonly #running = new Fifo<Running<T>>();
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  /** The linger of what waits is over: it starts as soon as there is room. */
  #ripe = false;
  #ended = false;
  /** What a handler rejected with, boxed: it may have been `undefined`. */
  #failure: { readonly error: unknown } | undefined;
  #settled: (() => void) | undefined;

  constructor(options: BatchesOptions<T>) {
    this.#options = options;
  }

  push(item: T): void {
    this.#waiting.push(item);
    if (this.#ended) return;
    if (this.#waiting.length >= this.#options.batchMax()) this.#startAll();
    else if (!this.#ripe && this.#timer === undefined && this.#turn === undefined) this.#linger();
  }

  /**
   * Starts no further batch and waits for the running ones. Fulfils with what was not acknowledged, in
   * order, and what the handler that failed rejected with, if one did (a final error before a `retry`).
   */
  async end(): Promise<{ unacknowledged: T[]; failure: { readonly error: unknown } | undefined }> {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    if (this.#unsettled() > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#settled = resolve;
      await promise;
    }
    const unacknowledged: T[] = [];
    for (let run = this.#running.shift(); run; run = this.#running.shift()) unacknowledged.push(...run.batch);
    unacknowledged.push(...this.#waiting);
    this.#waiting = [];
    return { unacknowledged, failure: this.#failure };
  }

  #linger(): void {
    const { lingerMs } = this.#options;
    const ripen = (): void => {
      this.#timer = undefined;
      this.#turn = undefined;
      this.#ripe = true;
      this.#startAll();
    };
    if (lingerMs > 0) this.#timer = setTimeout(ripen, lingerMs);
    else this.#turn = setImmediate(ripen);
  }

  #startAll(): void {
    const { overlap } = this.#options;
    while (!this.#ended && this.#running.length < overlap && this.#waiting.length > 0) {
      const batchMax = this.#options.batchMax();
      if (!this.#ripe && this.#waiting.length < batchMax) break;
      this.#start(this.#take(batchMax));
    }
  }

  #take(batchMax: number): T[] {
    const waiting = this.#waiting;
    const rest = waiting.length > batchMax ? waiting.splice(batchMax) : [];
    this.#waiting = rest;
    if (rest.length === 0) {
      this.#ripe = false;
      clearTimeout(this.#timer);
      clearImmediate(this.#turn);
      this.#timer = undefined;
      this.#turn = undefined;
    }
    return waiting;
  }

  #start(batch: T[]): void {
    const run: Running<T> = { batch, state: 'running' };
    this.#running.push(run);
    Promise.try(this.#options.handle, batch).then(
      () => {
        run.state = 'handled';
        this.#acknowledge();
      },
      (error: unknown) => {
        run.state = 'failed';
        const first = this.#failure === undefined;
        if (this.#failure === undefined || isRetry(this.#failure.error)) this.#failure = { error };
        this.#ended = true;
        if (first) this.#options.failed();
        this.#tellSettled();
      },
    );
  }

  #acknowledge(): void {
    for (let run = this.#running.at(0); run?.state === 'handled'; run = this.#running.at(0)) {
      this.#running.shift();
      this.#options.acknowledge(run.batch);
    }
    this.#tellSettled();
    this.#startAll();
  }

  #unsettled(): number {
    let count = 0;
    for (let i = 0; i < this.#running.length; i += 1)
      if (this.#running.at(i)?.state === 'running') count += 1;
    return count;
  }

  #tellSettled(): void {
    if (this.#settled && this.#unsettled() === 0) this.#settled();
  }
}

interface Running<T> {
  readonly batch: readonly T[];
  state: 'running' | 'handled' | 'failed';
}

/** Whether what a handler rejected with asks for the batch to come again. */
export function isRetry(error: unknown): boolean {
  return error instanceof AftermathError && error.consequence === 'retry';
}
