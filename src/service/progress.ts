import { isatty } from 'node:tty';

/** Tells how far something long has come, on a line of its own that is gone when it is over. */
export interface Progress extends Disposable {
  /** So much of all is done. */
  readonly done: (amount: number) => void;
}

/** Nothing is said before this: most work is over by then. */
const SILENT_MS = 1_000;
const REDRAW_EVERY_MS = 200;

/**
 * Progress on standard error, where that is a terminal; else nothing is ever written.
 *
 * @param what `reading metric_log.csv`
 * @param total how much there is to do, in the unit of `done`; `undefined`: nobody knows, and nothing is said
 */
export function progressOf(what: string, total: number | undefined): Progress {
  if (total === undefined || total <= 0 || !isatty(2)) {
    return { done: () => undefined, [Symbol.dispose]: () => undefined };
  }
  const startedMs = performance.now();
  let shownMs = startedMs + SILENT_MS - REDRAW_EVERY_MS;
  let isShown = false;
  return {
    done(amount) {
      const nowMs = performance.now();
      if (nowMs < shownMs + REDRAW_EVERY_MS) return;
      shownMs = nowMs;
      isShown = true;
      process.stderr.write(`\r${progressLine(what, amount / total, nowMs - startedMs)}\u001B[K`);
    },
    [Symbol.dispose]() {
      if (isShown) process.stderr.write('\r\u001B[K');
    },
  };
}

/** `reading metric_log.csv: 43 %, 12 s left`. @param ratio of what is done, 0..1 */
export function progressLine(what: string, ratio: number, elapsedMs: number): string {
  const done = Math.min(1, Math.max(0, ratio));
  const leftSeconds = done === 0 ? undefined : (elapsedMs * (1 - done)) / done / 1_000;
  const left = leftSeconds === undefined ? '' : `, ${timeText(leftSeconds)} left`;
  return `${what}: ${Math.floor(100 * done)} %${left}`;
}

function timeText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6_000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
