import { TimeCells, type TimeCell } from './time-cells.ts';

/** How many predictions were made when: of one model, those that are scored, pending or expired. Written as JSON with every commit. */
export class CohortCounts {
  readonly #cells = new TimeCells<Count>({
    empty: () => ({ count: 0 }),
    merge: (into, from) => {
      into.count += from.count;
    },
  });

  /** A prediction of this time came in (1), or turned out to be none (−1). */
  add(timeMs: number, sign: 1 | -1): void {
    this.#cells.at(timeMs).count += sign;
  }

  /** Adds all of `other`, which stays as it is. */
  merge(other: CohortCounts): void {
    this.#cells.merge(other.#cells);
  }

  /** Oldest first. */
  list(): TimeCell<{ readonly count: number }>[] {
    return this.#cells.list();
  }

  /** Where a time lies among these cells. */
  spanOf(timeMs: number): { readonly fromMs: number; readonly toMs: number } {
    return this.#cells.spanOf(timeMs);
  }

  /** JSON has no infinity: `null` stands for it. */
  toJSON(): StoredCohorts {
    const cells = this.#cells.list().map(({ fromMs, cell }) => [finite(fromMs), cell.count] as const);
    return { newestMs: finite(this.#cells.newestMs), cells };
  }

  /** The counts that `toJSON` gave; none where a file has none. */
  static from(stored: StoredCohorts | undefined): CohortCounts {
    const counts = new CohortCounts();
    if (stored === undefined) return counts;
    const cells = stored.cells.map(([fromMs, count]) => [fromMs ?? -Infinity, { count }] as const);
    counts.#cells.restore(stored.newestMs ?? -Infinity, cells);
    return counts;
  }
}

/** The JSON of `CohortCounts`. */
export interface StoredCohorts {
  readonly newestMs: number | null;
  readonly cells: readonly (readonly [fromMs: number | null, count: number])[];
}

interface Count {
  count: number;
}

function finite(timeMs: number): number | null {
  return Number.isFinite(timeMs) ? timeMs : null;
}
