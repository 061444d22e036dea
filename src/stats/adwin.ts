import { checkedObservation } from './change-detector.ts';
import type { ChangeDetector } from './change-detector.ts';

/** An adaptive window: buckets of 1, 2, 4, … observations, the oldest ones largest. */
export interface AdwinState {
  /** Observations taken since it began, for the clock. */
  ticks: number;
  width: number;
  total: number;
  /** Σ(x − mean)² over the window. */
  squares: number;
  /** Row i holds buckets of 2^i observations, oldest first: their totals and Σ(x − mean)² turn by turn. */
  readonly rows: number[][];
}

/**
 * ADWIN: keeps the longest window whose parts do not differ in their means, and sees a change where it has to
 * drop the older part: a rise where the mean of what stays is higher than that of the whole window was.
 *
 * @param options.afterChange `keep` goes on with the younger part (the algorithm as published); `drop` begins
 *   anew (as River's class does)
 * @param options.delta 0..1; smaller sees fewer changes
 * @param options.clock looks at every so many observations
 * @see Bifet and Gavaldà (2007), doi:10.1137/1.9781611972771.42; defaults as in River
 */
export function adwin(options: {
  readonly afterChange: 'keep' | 'drop';
  readonly delta?: number;
  readonly clock?: number;
  readonly bucketsMax?: number;
  readonly partMin?: number;
  readonly grace?: number;
}): ChangeDetector<AdwinState> {
  const { afterChange, delta = 0.002, clock = 32, bucketsMax = 5, partMin = 5, grace = 10 } = options;
  const empty = (): AdwinState => ({ ticks: 0, width: 0, total: 0, squares: 0, rows: [[]] });
  return {
    kind: 'order-dependent',
    version: 1,
    name: 'ADWIN',
    empty,
    add(state, observation) {
      insert(state, checkedObservation(observation), bucketsMax);
      state.ticks++;
      if (state.ticks % clock !== 0 || state.width <= grace) return undefined;
      const { width, total } = state;
      while (hasCut(state, delta, partMin)) dropOldest(state);
      if (state.width === width) return undefined;
      const change = state.total / state.width > total / width ? 'rise' : 'fall';
      if (afterChange === 'drop') Object.assign(state, empty());
      return change;
    },
  };
}

function insert(state: AdwinState, x: number, bucketsMax: number): void {
  state.rows[0]!.push(x, 0);
  state.width++;
  if (state.width > 1) {
    const off = x - state.total / (state.width - 1);
    state.squares += ((state.width - 1) * off * off) / state.width;
  }
  state.total += x;
  let size = 1;
  for (let i = 0; state.rows[i]!.length > 2 * bucketsMax; i++, size *= 2) {
    const row = state.rows[i]!;
    if (i + 1 === state.rows.length) state.rows.push([]);
    const off = (row[0]! - row[2]!) / size;
    state.rows[i + 1]!.push(row[0]! + row[2]!, row[1]! + row[3]! + (size / 2) * off * off);
    dropFirst(row, 4);
  }
}

/** Whether some cut leaves two parts whose means differ by more than chance allows. */
function hasCut({ width, total, squares, rows }: AdwinState, delta: number, partMin: number): boolean {
  const logTerm = Math.log((2 * Math.log(width)) / delta);
  const spread = (2 * squares * logTerm) / width;
  let oldCount = 0;
  let oldTotal = 0;
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    const size = 2 ** i;
    for (let at = 0; at < row.length; at += 2) {
      oldCount += size;
      oldTotal += row[at]!;
      const youngCount = width - oldCount;
      if (oldCount < partMin) continue;
      if (youngCount < partMin) return false;
      const harmonic = 1 / (oldCount - partMin + 1) + 1 / (youngCount - partMin + 1);
      const allowed = Math.sqrt(spread * harmonic) + (2 / 3) * logTerm * harmonic;
      if (Math.abs(oldTotal / oldCount - (total - oldTotal) / youngCount) > allowed) return true;
    }
  }
  return false;
}

function dropOldest(state: AdwinState): void {
  const row = state.rows.at(-1)!;
  const size = 2 ** (state.rows.length - 1);
  const [total, squares] = [row[0]!, row[1]!];
  state.width -= size;
  state.total -= total;
  const off = total / size - state.total / state.width;
  state.squares -= squares + (size * state.width * off * off) / (size + state.width);
  dropFirst(row, 2);
  if (row.length === 0 && state.rows.length > 1) state.rows.pop();
}

/** By hand: `splice` and `copyWithin` take ten times as long on arrays as short as these. */
function dropFirst(row: number[], count: number): void {
  for (let i = count; i < row.length; i++) row[i - count] = row[i]!;
  for (let i = 0; i < count; i++) row.pop();
}
