import { HISTORY_POINTS_MAX, type HistoryPoint, type RunningMean } from '../../wire/snapshot.ts';

/** How it stands now; what came since the point before is what the history knows. */
export interface HistoryMark extends Omit<HistoryPoint, 'recentMae' | 'means'> {
  readonly means?: Readonly<Record<string, Omit<RunningMean, 'recent'>>>;
}

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
  /** The same of further figures, by name. */
  #others: Record<string, Sum> = {};

  /** Oldest first. */
  get points(): readonly HistoryPoint[] {
    return this.#points;
  }

  /** Whether something came since the last point. */
  get hasNews(): boolean {
    return this.#count > 0;
  }

  /**
   * A first outcome's absolute error.
   *
   * @param others what it adds to the means of further figures, by name
   */
  add(absoluteError: number, others?: Readonly<Record<string, number>>): void {
    this.#sum += absoluteError;
    this.#count++;
    for (const name in others) {
      const sum = (this.#others[name] ??= { sum: 0, count: 0 });
      sum.sum += others[name]!;
      sum.count++;
    }
  }

  /** The first `count` of first outcomes' absolute errors. */
  addAll(absoluteErrors: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) this.#sum += absoluteErrors[i]!;
    this.#count += count;
  }

  /** The first `count` values of what outcomes add to the mean of a further figure. */
  addAllOf(name: string, values: Float64Array, count: number): void {
    if (count === 0) return;
    const sum = (this.#others[name] ??= { sum: 0, count: 0 });
    for (let i = 0; i < count; i++) sum.sum += values[i]!;
    sum.count += count;
  }

  /** Sets a point, if anything came since the last one and it is long enough ago. */
  mark({ means, ...now }: HistoryMark): void {
    if (this.#count === 0) return;
    const last = this.#points.at(-1);
    if (last !== undefined && now.atMs < last.atMs + Math.max(1, this.#pauseMs)) return;
    const shown = means && this.#withRecent(means);
    this.#points.push({ ...now, recentMae: this.#sum / this.#count, ...(shown && { means: shown }) });
    this.#sum = 0;
    this.#count = 0;
    this.#others = {};
    if (this.#points.length >= HISTORY_POINTS_MAX) this.#thin();
  }

  /** Plain data, for JSON. */
  stored(): StoredHistory {
    const [sum, count, others] = [this.#sum, this.#count, this.#others];
    return { points: this.#points, pauseMs: this.#pauseMs, sum, count, others };
  }

  /** The history that `stored` gave. */
  static from({ points, pauseMs, sum, count, others = {} }: StoredHistory): History {
    const history = new History();
    history.#points = [...points];
    history.#pauseMs = pauseMs;
    history.#sum = sum;
    history.#count = count;
    history.#others = others;
    return history;
  }

  #withRecent(means: NonNullable<HistoryMark['means']>): Record<string, RunningMean> {
    return Object.fromEntries(
      Object.entries(means).map(([name, mean]) => {
        const { sum, count } = this.#others[name] ?? NOTHING;
        return [name, { ...mean, recent: count === 0 ? mean.value : sum / count }];
      }),
    );
  }

  /** Of each two neighbours the later one stays, and stands for what came since the one before both. */
  #thin(): void {
    const thinned: HistoryPoint[] = [];
    for (let i = 1; i < this.#points.length; i += 2) {
      const [first, second] = [this.#points[i - 1]!, this.#points[i]!];
      const before = thinned.at(-1)?.scored ?? 0;
      const [a, b] = [Math.max(0, first.scored - before), Math.max(0, second.scored - first.scored)];
      const together = (one: number, other: number) =>
        a + b === 0 ? other : (a * one + b * other) / (a + b);
      thinned.push({
        ...second,
        recentMae: together(first.recentMae, second.recentMae),
        ...(second.means && { means: meansTogether(first.means, second.means, together) }),
      });
    }
    const span = this.#points.at(-1)!.atMs - this.#points[0]!.atMs;
    this.#points = thinned;
    this.#pauseMs = span / thinned.length;
  }
}

function meansTogether(
  first: HistoryPoint['means'],
  second: NonNullable<HistoryPoint['means']>,
  together: (one: number, other: number) => number,
): Record<string, RunningMean> {
  return Object.fromEntries(
    Object.entries(second).map(([name, mean]) => {
      const recent = together(first?.[name]?.recent ?? mean.recent, mean.recent);
      return [name, { ...mean, recent }];
    }),
  );
}

interface Sum {
  sum: number;
  count: number;
}

const NOTHING: Readonly<Sum> = { sum: 0, count: 0 };

/** A history as it is stored. */
export interface StoredHistory {
  readonly points: readonly HistoryPoint[];
  readonly pauseMs: number;
  readonly sum: number;
  readonly count: number;
  /** Absent from those of earlier versions. */
  readonly others?: Record<string, Sum>;
}
