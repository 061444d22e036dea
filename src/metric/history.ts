import { HISTORY_POINTS_MAX, type HistoryPoint } from '../wire/snapshot.ts';

/**
 * How a model's error went over time, in a bounded number of points: when it is full, every second one goes and
 * the pause between two doubles.
 */
export class History {
  #points: HistoryPoint[] = [];
  #pauseMs = 0;
  /** Sum and count of absolute errors since the last point. */
  #sum = 0;
  #count = 0;

  /** Oldest first. */
  get points(): readonly HistoryPoint[] {
    return this.#points;
  }

  /** A first outcome's absolute error. */
  add(absoluteError: number): void {
    this.#sum += absoluteError;
    this.#count++;
  }

  /** Sets a point, if anything came since the last one and it is long enough ago. */
  mark(now: { readonly atMs: number; readonly scored: number; readonly mae: number }): void {
    if (this.#count === 0) return;
    const last = this.#points.at(-1);
    if (last !== undefined && now.atMs < last.atMs + Math.max(1, this.#pauseMs)) return;
    this.#points.push({ ...now, recentMae: this.#sum / this.#count });
    this.#sum = 0;
    this.#count = 0;
    if (this.#points.length >= HISTORY_POINTS_MAX) this.#thin();
  }

  encode(): Uint8Array {
    const { points } = this;
    return Buffer.from(JSON.stringify({ points, pauseMs: this.#pauseMs }));
  }

  static decode(bytes: Uint8Array): History {
    const history = new History();
    const { points, pauseMs } = JSON.parse(Buffer.from(bytes).toString()) as {
      points: HistoryPoint[];
      pauseMs: number;
    };
    history.#points = points;
    history.#pauseMs = pauseMs;
    return history;
  }

  /** Of each two neighbours the later one stays, and stands for what came since the one before both. */
  #thin(): void {
    const thinned: HistoryPoint[] = [];
    for (let i = 1; i < this.#points.length; i += 2) {
      const [first, second] = [this.#points[i - 1]!, this.#points[i]!];
      const before = thinned.at(-1)?.scored ?? 0;
      const [a, b] = [Math.max(0, first.scored - before), Math.max(0, second.scored - first.scored)];
      const recentMae =
        a + b === 0 ? second.recentMae : (a * first.recentMae + b * second.recentMae) / (a + b);
      thinned.push({ ...second, recentMae });
    }
    const span = this.#points.at(-1)!.atMs - this.#points[0]!.atMs;
    this.#points = thinned;
    this.#pauseMs = span / thinned.length;
  }
}
