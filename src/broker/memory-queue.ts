import type { Delivery, Message, Visit } from './broker.ts';
import { Fifo } from './fifo.ts';

/** Without a consumer a queue that keeps the newest `keepMax` holds no more than this many in memory. */
const KEPT_MAX = 1_000;

/**
 * One queue of the in-memory broker.
 *
 * Bound: without a consumer its first `queueMax` messages are taken at once, and the publishers of further
 * ones wait; with a consumer every publisher waits for the acknowledgement. So it never holds more than
 * `queueMax` messages and those whose publishers are waiting.
 */
export class MemoryQueue {
  readonly #queueMax: number;
  readonly #keepMax: number | undefined;
  readonly #ready = new Fifo<Entry>();
  /** In the order in which they are served next. */
  #places: Place[] = [];
  #next = 0;

  constructor(queueMax: number, keepMax: number | undefined) {
    this.#queueMax = queueMax;
    this.#keepMax = keepMax === undefined ? undefined : Math.min(keepMax, KEPT_MAX);
  }

  get ready(): number {
    return this.#ready.length;
  }

  get consumers(): number {
    return this.#places.length;
  }

  /** Fulfils when the message's consumer has acknowledged it, or when it has a place where there is no consumer. */
  publish(message: Message): Promise<void> {
    const entry = new Entry(message);
    this.#ready.push(entry);
    if (this.#places.length > 0) {
      this.#deliver();
      return entry.publisher.promise;
    }
    if (this.#keepMax !== undefined) {
      while (this.#ready.length > this.#keepMax) this.#ready.shift()?.publisher.resolve();
    }
    if (this.#ready.length <= this.#queueMax) entry.publisher.resolve();
    return entry.publisher.promise;
  }

  /** A place for one more consumer; it gets messages once it is opened. */
  join(prefetch: number): Place {
    const place: Place = new Place(prefetch, {
      deliver: () => this.#deliver(),
      giveBack: (entries) => this.#ready.unshiftAll(entries),
    });
    this.#places.push(place);
    return place;
  }

  leave(place: Place): void {
    this.#places = this.#places.filter((other) => other !== place);
    this.#deliver();
    if (this.#places.length > 0) return;
    const taken = Math.min(this.#ready.length, this.#queueMax);
    for (let i = 0; i < taken; i += 1) this.#ready.at(i)?.publisher.resolve();
  }

  /** Shows what is ready; what is not taken goes back in front. */
  async browse(visit: Visit): Promise<void> {
    const kept: Entry[] = [];
    try {
      for (let left = this.#ready.length; left > 0; left -= 1) {
        const entry = this.#ready.shift();
        if (!entry) break;
        kept.push(entry);
        const verdict = await visit(entry);
        if (verdict === 'end') break;
        if (verdict !== 'take') continue;
        kept.pop();
        entry.publisher.resolve();
      }
    } finally {
      for (const entry of kept) entry.redelivered = true;
      this.#ready.unshiftAll(kept);
      this.#deliver();
    }
  }

  /** Nobody will acknowledge any more: the waiting publishers are told so. */
  close(error: Error): void {
    for (let i = 0; i < this.#ready.length; i += 1) this.#ready.at(i)?.publisher.reject(error);
    for (const place of this.#places) place.fail(error);
  }

  /** Messages go round the consumers that have room, one each. */
  #deliver(): void {
    let full = 0;
    while (this.#ready.length > 0 && full < this.#places.length) {
      this.#next = (this.#next + 1) % this.#places.length;
      const place = this.#places[this.#next];
      if (!place?.hasRoom) {
        full += 1;
        continue;
      }
      full = 0;
      const entry = this.#ready.shift();
      if (entry) place.take(entry);
    }
  }
}

/** A message in a queue. It is also the delivery that its consumer sees. */
class Entry implements Delivery {
  readonly payload: Message['payload'];
  readonly headers: NonNullable<Message['headers']>;
  readonly replyTo: string | undefined;
  readonly correlationId: string | undefined;
  redelivered = false;
  readonly publisher = Promise.withResolvers<void>();

  constructor(message: Message) {
    this.payload = message.payload;
    this.headers = message.headers ?? NO_HEADERS;
    this.replyTo = message.replyTo;
    this.correlationId = message.correlationId;
  }
}

const NO_HEADERS = {};

/** A consumer at a queue: how much it may take, and what it has not acknowledged. */
class Place {
  readonly #prefetch: number;
  readonly #queue: { deliver: () => void; giveBack: (entries: readonly Entry[]) => void };
  readonly #unacknowledged = new Set<Entry>();
  #take: ((entry: Entry) => void) | undefined;

  constructor(
    prefetch: number,
    queue: { deliver: () => void; giveBack: (entries: readonly Entry[]) => void },
  ) {
    this.#prefetch = prefetch;
    this.#queue = queue;
  }

  get hasRoom(): boolean {
    return this.#take !== undefined && this.#unacknowledged.size < this.#prefetch;
  }

  open(take: (entry: Entry) => void): void {
    this.#take = take;
    this.#queue.deliver();
  }

  pause(): void {
    this.#take = undefined;
  }

  take(entry: Entry): void {
    this.#unacknowledged.add(entry);
    this.#take?.(entry);
  }

  acknowledge(batch: readonly Entry[]): void {
    for (const entry of batch) {
      this.#unacknowledged.delete(entry);
      entry.publisher.resolve();
    }
    this.#queue.deliver();
  }

  giveBack(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#unacknowledged.delete(entry);
      entry.redelivered = true;
    }
    this.#queue.giveBack(entries);
  }

  fail(error: Error): void {
    for (const entry of this.#unacknowledged) entry.publisher.reject(error);
  }
}
