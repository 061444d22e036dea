import { checkedObservation } from './change-detector.ts';
import type { Change, ChangeDetector } from './change-detector.ts';

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
  readonly partMin?: number;
  readonly grace?: number;
}): ChangeDetector<AdwinState> {
  const { afterChange, delta = 0.002, clock = 32, partMin = 5, grace = 10 } = options;
  const empty = (): AdwinState => ({ ticks: 0, width: 0, total: 0, squares: 0, rows: [[]] });

  const look = (state: AdwinState): Change | undefined => {
    if (state.ticks % clock !== 0 || state.width <= grace) return undefined;
    const { width, total } = state;
    while (hasCut(state, delta, partMin)) dropOldest(state);
    if (state.width === width) return undefined;
    const change = state.total / state.width > total / width ? 'rise' : 'fall';
    if (afterChange === 'drop') Object.assign(state, empty());
    return change;
  };

  return {
    kind: 'order-dependent',
    version: 1,
    name: 'ADWIN',
    empty,
    add(state, observation) {
      insert(state, checkedObservation(observation));
      return look(state);
    },
    addAll(state, observations, count, seen) {
      for (let i = 0; i < count; i++) checkedObservation(observations[i]!);
      for (let from = 0; from < count;) {
        const untilLook = clock - (state.ticks % clock);
        const piece = Math.min(untilLook, count - from, PIECE);
        insertAll(state, observations, from, piece);
        from += piece;
        const change = look(state);
        if (change !== undefined) seen(from - 1, change);
      }
    },
  };
}

function insert(state: AdwinState, x: number): void {
  state.rows[0]!.push(x, 0);
  state.ticks++;
  state.width++;
  if (state.width > 1) {
    const off = x - state.total / (state.width - 1);
    state.squares += ((state.width - 1) * off * off) / state.width;
  }
  state.total += x;
  let size = 1;
  for (let i = 0; state.rows[i]!.length > 2 * BUCKETS_MAX; i++, size *= 2) {
    const row = state.rows[i]!;
    if (i + 1 === state.rows.length) state.rows.push([]);
    const off = (row[0]! - row[2]!) / size;
    state.rows[i + 1]!.push(row[0]! + row[2]!, row[1]! + row[3]! + (size / 2) * off * off);
    dropFirst(row, 4);
  }
}

/** Takes observations, at most `PIECE`, as `insert` does one by one: buckets are moved once. */
function insertAll(state: AdwinState, observations: Float64Array, from: number, count: number): void {
  let { width, total, squares } = state;
  for (let i = 0; i < count; i++) {
    const x = observations[from + i]!;
    width++;
    if (width > 1) {
      const off = x - total / (width - 1);
      squares += ((width - 1) * off * off) / width;
    }
    total += x;
    FRESH[2 * i] = x;
    FRESH[2 * i + 1] = 0;
  }
  state.ticks += count;
  state.width = width;
  state.total = total;
  state.squares = squares;
  let merged = 2 * count;
  for (let i = 0, size = 1; merged > 0; i++, size *= 2) {
    if (i === state.rows.length) state.rows.push([]);
    merged = takeIntoRow(state.rows[i]!, merged, size);
  }
}

/**
 * Puts the buckets of `FRESH` behind those of a row and merges the oldest ones two by two until as many are left as may be.
 *
 * @param length numbers in `FRESH`, two a bucket
 * @returns numbers that are there now: the merged buckets
 */
function takeIntoRow(row: number[], length: number, size: number): number {
  const before = row.length;
  const all = before + length;
  const gone = all > 2 * BUCKETS_MAX ? 4 * Math.ceil((all - 2 * BUCKETS_MAX) / 4) : 0;
  for (let i = 0; i < length; i++) OLD_AND_FRESH[before + i] = FRESH[i]!;
  for (let i = 0; i < before; i++) OLD_AND_FRESH[i] = row[i]!;
  for (let at = 0; at < gone; at += 4) {
    const off = (OLD_AND_FRESH[at]! - OLD_AND_FRESH[at + 2]!) / size;
    FRESH[at / 2] = OLD_AND_FRESH[at]! + OLD_AND_FRESH[at + 2]!;
    FRESH[at / 2 + 1] = OLD_AND_FRESH[at + 1]! + OLD_AND_FRESH[at + 3]! + (size / 2) * off * off;
  }
  const left = all - gone;
  for (let i = before; i > left; i--) row.pop();
  for (let i = 0; i < left; i++) row[i] = OLD_AND_FRESH[gone + i]!;
  return gone / 2;
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

/** Buckets of one size at most. */
const BUCKETS_MAX = 5;
/** Observations taken at a time, at most. */
const PIECE = 64;
/** Buckets on their way into the next row, as in `AdwinState.rows`. */
const FRESH = new Float64Array(2 * PIECE);
const OLD_AND_FRESH = new Float64Array(2 * PIECE + 2 * BUCKETS_MAX);
