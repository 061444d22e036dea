/**
 * What a figure is: pure functions on a state that can be stored.
 *
 * A state is changed in place: `add`, `remove` and `merge` write into their first argument, because a state
 * is updated for every outcome. `encode` gives bytes that depend only on what the state means: the
 * outcomes in it, not the order in which they were added, taken out and merged.
 *
 * @typeParam S the state
 * @typeParam O one outcome
 */
export interface LinearFigures<S, O> {
  /** A linear figure can take outcomes back out, and many states merged equal one, to the last bit. */
  readonly kind: 'linear';
  /** Raised when a state, or what a figure means, changes: older states are rebuilt from the outcomes. */
  readonly version: number;
  empty(): S;
  /** @throws {RangeError} on an outcome that cannot occur (not finite, beyond 1e100, negative weight); the state is unchanged */
  add(state: S, outcome: O): void;
  /** Takes an outcome out that was added with these very values, to this or to another state. */
  remove(state: S, outcome: O): void;
  /** Adds all of `other` to `state`; `other` stays as it is. */
  merge(state: S, other: S): void;
  /** By name; a figure without an honest answer is absent. */
  value(state: S): Figures;
  encode(state: S): Uint8Array;
  /** @throws {RangeError} on bytes of another version or that are no state */
  decode(bytes: Uint8Array): S;
}

/**
 * A figure that depends on the order of outcomes: it runs on first truths in the order in which the log's
 * writer numbers them. A revision does not undo it.
 */
export interface OrderedFigure<S, X> {
  readonly kind: 'order-dependent';
  readonly version: number;
  empty(): S;
  add(state: S, observation: X): void;
}

/** A figure with its uncertainty: without an interval only `value`. */
export interface FigureValue {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** Coverage of the interval, 0..1. */
  readonly level?: number;
  /** How the interval was made. */
  readonly method?: string;
  /** Why there is no interval, where that is told: in reports. */
  readonly why?: string;
}

/** Figures by name in snake case (`mae`, `rmse`, `r2`, `median_absolute_error`, …). */
export type Figures = Readonly<Record<string, FigureValue>>;

/** Names the figures that have an answer; the others are absent. */
export function present(values: Readonly<Record<string, number | undefined>>): Figures {
  const figures: Record<string, FigureValue> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) figures[name] = { value };
  return figures;
}
