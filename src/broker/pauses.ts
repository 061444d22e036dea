/** Pauses between attempts: the first, and the one they never exceed. */
export interface PauseBounds {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** 0.2 s at first, never more than 10 s. */
export const PAUSE_BOUNDS: PauseBounds = { firstMs: 200, maxMs: 10_000 };

/**
 * Growing pauses: each twice the one before, with a jitter of ±20 % so that many services that lost the
 * same broker do not come back in one wave.
 */
export class Pauses {
  readonly #bounds: PauseBounds;
  #attempts = 0;

  constructor(bounds: PauseBounds = PAUSE_BOUNDS) {
    this.#bounds = bounds;
  }

  /** The length of the next pause in milliseconds. */
  nextMs(): number {
    const { firstMs, maxMs } = this.#bounds;
    const grown = Math.min(maxMs, firstMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts += 1;
    return Math.min(maxMs, Math.round(grown * (0.8 + 0.4 * Math.random())));
  }

  /** An attempt went well: the next pause is the first one again. */
  reset(): void {
    this.#attempts = 0;
  }
}

/** Fulfils after `ms`, or as soon as the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) {
    resolve();
    return promise;
  }
  const timer = setTimeout(ended, ms);
  signal.addEventListener('abort', ended, { once: true });
  return promise;

  function ended(): void {
    clearTimeout(timer);
    signal.removeEventListener('abort', ended);
    resolve();
  }
}
