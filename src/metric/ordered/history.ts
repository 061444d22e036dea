import { HISTORY_POINTS_MAX, type HistoryPoint } from '../../wire/snapshot.ts';

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

  /** Whether something came since the last point. */
  get hasNews(): boolean {
    return this.#count > 0;
  }

  /** A first outcome's absolute error. */
  add(absoluteError: number): void {
    this.#sum += absoluteError;
    this.#count++;
  }

  /** Sets a point, if anything came since the last one and it is long enough ago. */
  mark(now: Omit<HistoryPoint, 'recentMae'>): void {
    if (this.#count === 0) return;
    const last = this.#points.at(-1);
    if (last !== undefined && now.atMs < last.atMs + Math.max(1, this.#pauseMs)) return;
    this.#points.push({ ...now, recentMae: this.#sum / this.#count });
    this.#sum = 0;
    this.#count = 0;
    if (this.#points.length >= HISTORY_POINTS_MAX) this.#thin();
  }

  /** Plain data, for JSON. */
  stored(): StoredHistory {
    return { points: this.#points, pauseMs: this.#pauseMs, sum: this.#sum, count: this.#count };
  }

  /** The history that `stored` gave. */
  static from({ points, pauseMs, sum, count }: StoredHistory): History {
    const history = new History();
    history.#points = [...points];
    history.#pauseMs = pauseMs;
    history.#sum = sum;
    history.#count = count;
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

/** A history as it is stored. */
export interface StoredHistory {
  readonly points: readonly HistoryPoint[];
  readonly pauseMs: number;
  readonly sum: number;
  readonly count: number;
}
