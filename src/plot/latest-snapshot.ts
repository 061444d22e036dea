import type { Snapshot } from '../wire/snapshot.ts';

/** A snapshot, and when it came, in milliseconds of `performance.now()`. */
export interface Received {
  readonly snapshot: Snapshot;
  readonly receivedAtMs: number;
}

/** Publishers remembered at most; the one longest silent is forgotten. */
const PUBLISHERS_MAX = 16;

/**
 * The latest snapshot of each publisher, and which of them is shown: one metric service as long as it speaks,
 * so that two of them do not make the page flicker; when it falls silent, the one that spoke last.
 */
export class LatestSnapshot {
  readonly #silentAfterMs: number;
  readonly #byPublisher = new Map<string, Received>();
  #shown: string | undefined;

  constructor(silentAfterMs: number) {
    this.#silentAfterMs = silentAfterMs;
  }

  /** Takes a snapshot in; one that was overtaken by a later one of its publisher is left out. */
  accept(received: Received): void {
    const { publisher, publishedAtMs } = received.snapshot;
    const known = this.#byPublisher.get(publisher);
    if (known !== undefined && known.snapshot.publishedAtMs > publishedAtMs) return;
    // Taken out first, so that the map stays in the order in which they spoke.
    this.#byPublisher.delete(publisher);
    this.#byPublisher.set(publisher, received);
    const shown = this.#shown === undefined ? undefined : this.#byPublisher.get(this.#shown);
    if (shown === undefined || received.receivedAtMs - shown.receivedAtMs > this.#silentAfterMs) {
      this.#shown = publisher;
    }
    const [longestSilent] = this.#byPublisher.keys();
    if (this.#byPublisher.size > PUBLISHERS_MAX && longestSilent !== undefined) {
      this.#byPublisher.delete(longestSilent);
    }
  }

  /** What to show, or `undefined` before the first snapshot. */
  get shown(): Received | undefined {
    return this.#shown === undefined ? undefined : this.#byPublisher.get(this.#shown);
  }
}
