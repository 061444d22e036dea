/** Lets a loop sleep until a moment or until something happens, whichever is first. */
export class Wakeup {
  #wake: (() => void) | undefined;
  #woken = false;

  /** Ends the sleep, or keeps the next one from beginning. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** @param ms how long at most; 0 lets other work of the process go first */
  sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#woken) {
      this.#woken = false;
      resolve();
      return promise;
    }
    const timer = setTimeout(() => this.#wake?.(), Math.min(ms, SLEEP_MAX_MS));
    this.#wake = () => {
      clearTimeout(timer);
      this.#wake = undefined;
      this.#woken = false;
      resolve();
    };
    return promise;
  }
}

/** Timers of Node.js end at 24.8 days; a clock that was set is noticed within this time. */
const SLEEP_MAX_MS = 60_000;

/** Fulfils when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
