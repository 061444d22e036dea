/** How a cell of time is begun, and how one is put into another. */
export interface CellKind<C> {
  empty(): C;
  merge(into: C, from: C): void;
}

/** A cell and the time that it covers: from `fromMs` on, to below `toMs`. The oldest one begins at −infinity. */
export interface TimeCell<C> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cell: C;
}

/**
 * Something counted by time in a bounded number of cells: minutes for the last hour or two, hours for the last day or two, days
 * for the last sixty, and one cell for everything before. “Last” is by the newest time that came, not by a clock, so the
 * same records make the same cells in any order, at any speed, and again after a restart.
 *
 * Cells of minutes become a cell of an hour a whole hour at once, and so on: what is in one never has to be divided.
 */
export class TimeCells<C> {
  readonly #kind: CellKind<C>;
  #newestMs = -Infinity;
  #floors: Floors = floorsOf(-Infinity);
  /** By where they begin. */
  #cells = new Map<number, C>();
  /** The cell that was asked for last. */
  #last: TimeCell<C> | undefined;

  constructor(kind: CellKind<C>) {
    this.#kind = kind;
  }

  /** The newest time that came; −infinity before one. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** The cell of a time, to be changed in place. */
  at(timeMs: number): C {
    const last = this.#last;
    if (last !== undefined && timeMs >= last.fromMs && timeMs < last.toMs) {
      if (timeMs > this.#newestMs) this.#newestMs = timeMs;
      return last.cell;
    }
    if (timeMs > this.#newestMs) this.#reach(timeMs);
    return this.#cellAt(timeMs);
  }

  /** Whether a time belongs to the cell that was asked for last. */
  isInLast(timeMs: number): boolean {
    return this.#last !== undefined && timeMs >= this.#last.fromMs && timeMs < this.#last.toMs;
  }

  #cellAt(timeMs: number): C {
    const { fromMs, toMs } = spanOf(timeMs, this.#floors);
    let cell = this.#cells.get(fromMs);
    if (cell === undefined) this.#cells.set(fromMs, (cell = this.#kind.empty()));
    this.#last = { fromMs, toMs, cell };
    return cell;
  }

  /** Oldest first. */
  list(): TimeCell<C>[] {
    const cells = [...this.#cells].map(([fromMs, cell]) => ({
      ...spanOf(fromMs, this.#floors),
      cell,
    }));
    return cells.sort((a, b) => a.fromMs - b.fromMs);
  }

  /** Where a time of this or of older cells lies among these. */
  spanOf(timeMs: number): { readonly fromMs: number; readonly toMs: number } {
    return spanOf(timeMs, this.#floors);
  }

  /** The beginning of the first cell that lies at or after a time. */
  startFrom(timeMs: number): number {
    const { fromMs, toMs } = this.spanOf(timeMs);
    return fromMs === timeMs ? fromMs : toMs;
  }

  /** Makes the cells of what was stored: the newest time, and each cell under the time at which it begins. */
  restore(newestMs: number, cells: Iterable<readonly [fromMs: number, cell: C]>): this {
    this.#newestMs = newestMs;
    this.#floors = floorsOf(newestMs);
    this.#cells = new Map(cells);
    this.#last = undefined;
    return this;
  }

  /** Adds all of `other`, which stays as it is. */
  merge(other: TimeCells<C>): void {
    if (other.#newestMs > this.#newestMs) this.#reach(other.#newestMs);
    for (const [fromMs, cell] of other.#cells) this.#kind.merge(this.#cellAt(fromMs), cell);
  }

  /** Older cells become coarser ones when the newest time has moved on so far. */
  #reach(timeMs: number): void {
    this.#newestMs = timeMs;
    const floors = floorsOf(timeMs);
    if (floors.minutesMs === this.#floors.minutesMs) return;
    const before = this.#cells;
    this.#floors = floors;
    this.#cells = new Map();
    this.#last = undefined;
    for (const [fromMs, cell] of before) {
      const start = spanOf(fromMs, floors).fromMs;
      const there = this.#cells.get(start);
      if (there === undefined) this.#cells.set(start, cell);
      else this.#kind.merge(there, cell);
    }
  }
}

/** From which time on there are cells of a minute, an hour, a day. */
interface Floors {
  readonly minutesMs: number;
  readonly hoursMs: number;
  readonly daysMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DAYS = 60;

function floorsOf(newestMs: number): Floors {
  return {
    minutesMs: floorTo(newestMs - HOUR_MS, HOUR_MS),
    hoursMs: floorTo(newestMs - DAY_MS, DAY_MS),
    daysMs: floorTo(newestMs - DAYS * DAY_MS, DAY_MS),
  };
}

function spanOf(timeMs: number, { minutesMs, hoursMs, daysMs }: Floors): { fromMs: number; toMs: number } {
  if (timeMs < daysMs) return { fromMs: -Infinity, toMs: daysMs };
  const widthMs = timeMs >= minutesMs ? MINUTE_MS : timeMs >= hoursMs ? HOUR_MS : DAY_MS;
  const fromMs = floorTo(timeMs, widthMs);
  return { fromMs, toMs: fromMs + widthMs };
}

function floorTo(timeMs: number, widthMs: number): number {
  return Math.floor(timeMs / widthMs) * widthMs;
}
