import { add, addScaledSum, emptySum, exactly, mergeSum, sumOf, valueOf } from './exact-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import type { Figures, LinearFigures } from './figure.ts';
import { StateReader, StateWriter } from './state-bytes.ts';

/** Figures whose sums may be multiplied by a power of two, which is exact. */
export interface FadableFigures<S, O> extends LinearFigures<S, O> {
  /** Adds all of `other` with weights 2^exponent times as large; what has no weights stays out. */
  mergeScaled(state: S, other: S, exponent: number): void;
}

/** An outcome at its event time. */
export interface TimedOutcome<O> {
  readonly timeMs: number;
  readonly outcome: O;
}

/** Sums by half-life: a cell's weights are those that it has in the cell of its own time, 1 to below 2. */
export interface DecayState<S> {
  newestMs: number;
  /** By half-lives since 1970. */
  readonly cells: Map<number, DecayCell<S>>;
}

/** The outcomes of one half-life. */
export interface DecayCell<S> {
  /** Σ of the fading weights. */
  readonly faded: ExactSum;
  readonly state: S;
}

/** Figures that fade. */
export interface FadedFigures<S, O> extends LinearFigures<DecayState<S>, TimedOutcome<O>> {
  /** Σ 2^(−age / half-life) over the outcomes, the newest of age 0. */
  faded(state: DecayState<S>): number;
}

/**
 * Figures in which an outcome counts half after each half-life of event time, by forward decay: its weight is
 * fixed when it comes, 2^(time / half-life) against a landmark, and only the landmark moves, by whole half-lives, so that
 * sums are multiplied by powers of two. So they stay linear: any order, any number of writers, revisions taken out, to
 * the last bit. What is more than 40 half-lives older than the newest outcome weighs nothing.
 *
 * @param halfLifeMs > 0
 * @see Cormode, Shkapenyuk, Srivastava and Xu (2009), Forward Decay, doi:10.1109/ICDE.2009.65
 */
export function forwardDecay<S, O extends { readonly weight?: number | undefined }>(
  figures: FadableFigures<S, O>,
  halfLifeMs: number,
): FadedFigures<S, O> {
  if (!(halfLifeMs > 0 && halfLifeMs < Infinity)) {
    throw new RangeError(`Cannot fade with a half-life of ${halfLifeMs} ms`);
  }
  const cellOf = (timeMs: number): number => Math.floor(timeMs / halfLifeMs);

  /** Against the beginning of a cell: the quotient of both alone would leave few digits. */
  const growth = (timeMs: number, index: number): number => 2 ** ((timeMs - index * halfLifeMs) / halfLifeMs);

  const put = (state: DecayState<S>, { timeMs, outcome }: TimedOutcome<O>, sign: 1 | -1): void => {
    if (!Number.isFinite(timeMs)) throw new RangeError(`Cannot fade an outcome at ${timeMs}`);
    reach(state, timeMs);
    const index = cellOf(timeMs);
    if (index <= cellOf(state.newestMs) - HALF_LIVES) return;
    const factor = growth(timeMs, index);
    const faded = { ...outcome, weight: (outcome.weight ?? 1) * factor };
    const cell = cellAt(state, index);
    figures[sign === 1 ? 'add' : 'remove'](cell.state, faded);
    add(cell.faded, sign * factor);
  };

  const reach = (state: DecayState<S>, timeMs: number): void => {
    if (timeMs <= state.newestMs) return;
    const oldest = cellOf(timeMs) - HALF_LIVES;
    if (cellOf(state.newestMs) !== cellOf(timeMs)) {
      for (const index of state.cells.keys()) if (index <= oldest) state.cells.delete(index);
    }
    state.newestMs = timeMs;
  };

  const cellAt = (state: DecayState<S>, index: number): DecayCell<S> => {
    let cell = state.cells.get(index);
    if (cell === undefined) {
      state.cells.set(index, (cell = { faded: emptySum(), state: figures.empty() }));
    }
    return cell;
  };

  const sorted = (state: DecayState<S>): [number, DecayCell<S>][] =>
    [...state.cells].sort(([a], [b]) => a - b);

  return {
    kind: 'linear',
    version: figures.version,
    empty: () => ({ newestMs: -Infinity, cells: new Map() }),
    add: (state, outcome) => put(state, outcome, 1),
    remove: (state, outcome) => put(state, outcome, -1),
    merge(state, other) {
      reach(state, other.newestMs);
      const oldest = cellOf(state.newestMs) - HALF_LIVES;
      for (const [index, { faded, state: cell }] of other.cells) {
        if (index <= oldest) continue;
        const own = cellAt(state, index);
        figures.merge(own.state, cell);
        mergeSum(own.faded, faded);
      }
    },
    value(state): Figures {
      const landmark = cellOf(state.newestMs);
      const all = figures.empty();
      for (const [index, cell] of sorted(state)) figures.mergeScaled(all, cell.state, index - landmark);
      return figures.value(all);
    },
    faded(state) {
      const landmark = cellOf(state.newestMs);
      const all = emptySum();
      for (const [index, { faded }] of state.cells) addScaledSum(all, faded, index - landmark);
      return state.cells.size === 0 ? 0 : valueOf(all) / growth(state.newestMs, landmark);
    },
    encode(state) {
      const writer = new StateWriter();
      writer.integer(figures.version);
      writer.double(state.newestMs);
      writer.integer(state.cells.size);
      for (const [index, { faded, state: cell }] of sorted(state)) {
        writer.integer(index);
        writer.exact(exactly(faded));
        writer.bytes(figures.encode(cell));
      }
      return writer.finish();
    },
    decode(bytes) {
      const reader = new StateReader(bytes);
      const version = reader.integer();
      if (version !== figures.version) {
        throw new RangeError(`Cannot read a state of version ${version}: this is version ${figures.version}`);
      }
      const state: DecayState<S> = { newestMs: reader.double(), cells: new Map() };
      for (let left = reader.integer(); left > 0; left--) {
        const index = reader.integer();
        const faded = sumOf(reader.exact());
        state.cells.set(index, { faded, state: figures.decode(reader.bytes()) });
      }
      reader.end();
      return state;
    },
  };
}

/** 2^−40 is below the 12th digit. */
const HALF_LIVES = 40;
