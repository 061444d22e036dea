import { exactly, add, addProduct, emptySum, mergeSum, sumOf } from './exact-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import { ratio } from './dyadic.ts';
import { present } from './figure.ts';
import type { LinearFigures } from './figure.ts';
import { checkedWeight } from './outcome-limits.ts';
import { StateReader, StateWriter } from './state-bytes.ts';

/** One scored outcome of a classification. Labels are text: write a boolean or a number as its token. */
export interface ClassificationOutcome {
  readonly truth: string;
  /** The label as served. */
  readonly prediction: string;
  /** Probability of each class, when the model gives them; each 0..1, a class that is not named has 0. */
  readonly proba?: Readonly<Record<string, number>> | undefined;
  /** 0..1e50; 1 when absent. A weight of 0 is no outcome for any figure. */
  readonly weight?: number | undefined;
}

/**
 * The state of every linear classification figure. Its size grows with the pairs (truth, prediction) that
 * occur, so whoever feeds it bounds the labels (`labels(state).length`).
 */
export interface ClassificationState {
  /** Outcomes with a weight above 0. */
  rows: number;
  /** Σw */
  readonly weight: ExactSum;
  /** Σw·absolute_error, as the log has it. */
  readonly absolute: ExactSum;
  /** The confusion matrix: truth → prediction → Σw. Cells that came back to nothing may stay. */
  readonly cells: Map<string, Map<string, Cell>>;
}

/** The outcomes of one pair (truth, prediction): how many, and Σw. */
export interface Cell {
  rows: number;
  readonly weight: ExactSum;
}

/**
 * The linear figures of a classification, over one shared state: `accuracy`, and `mae`, the mean of
 * absolute_error as the log has it (1 − p(true class) where probabilities came along, else 0 or 1).
 * Without an outcome `value` is `{}`.
 */
export const classification: LinearFigures<ClassificationState, ClassificationOutcome> = {
  kind: 'linear',
  version: 1,
  empty: () => ({ rows: 0, weight: emptySum(), absolute: emptySum(), cells: new Map() }),
  add: (state, outcome) => put(state, outcome, 1),
  remove: (state, outcome) => put(state, outcome, -1),
  merge(state, other) {
    state.rows += other.rows;
    mergeSum(state.weight, other.weight);
    mergeSum(state.absolute, other.absolute);
    for (const [truth, row] of other.cells) {
      for (const [prediction, cell] of row) {
        const own = cellOf(state, truth, prediction);
        own.rows += cell.rows;
        mergeSum(own.weight, cell.weight);
      }
    }
  },
  value(state) {
    const weight = exactly(state.weight);
    if (state.rows <= 0 || weight.units <= 0n) return {};
    const right = emptySum();
    for (const [truth, row] of state.cells) {
      const cell = row.get(truth);
      if (cell !== undefined) mergeSum(right, cell.weight);
    }
    return present({
      accuracy: ratio(exactly(right), weight),
      mae: ratio(exactly(state.absolute), weight),
    });
  },
  encode(state) {
    const writer = new StateWriter();
    writer.integer(classification.version);
    writer.integer(state.rows);
    writer.exact(exactly(state.weight));
    writer.exact(exactly(state.absolute));
    for (const { truth, prediction, cell } of sortedCells(state)) {
      writer.integer(1);
      writer.text(truth);
      writer.text(prediction);
      writer.integer(cell.rows);
      writer.exact(exactly(cell.weight));
    }
    writer.integer(0);
    return writer.finish();
  },
  decode(bytes) {
    const reader = new StateReader(bytes);
    const version = reader.integer();
    if (version !== classification.version) {
      throw new RangeError(
        `Cannot read a state of version ${version}: this is version ${classification.version}`,
      );
    }
    const state = classification.empty();
    state.rows = reader.integer();
    Object.assign(state.weight, sumOf(reader.exact()));
    Object.assign(state.absolute, sumOf(reader.exact()));
    while (reader.integer() !== 0) {
      const cell = cellOf(state, reader.text(), reader.text());
      cell.rows = reader.integer();
      Object.assign(cell.weight, sumOf(reader.exact()));
    }
    reader.end();
    return state;
  },
};

/**
 * absolute_error of one outcome, as the log has it: 1 − p(true class) where probabilities came along, else
 * 0 or 1.
 *
 * @throws {RangeError} on a probability outside of 0..1
 */
export function classificationError({ truth, prediction, proba }: ClassificationOutcome): number {
  if (proba === undefined) return truth === prediction ? 0 : 1;
  const p = Object.hasOwn(proba, truth) ? proba[truth]! : 0;
  if (p >= 0 && p <= 1) return 1 - p;
  throw new RangeError(`Cannot score a probability of ${p} for ${JSON.stringify(truth)}: 0 to 1 is expected`);
}

/** The labels that occur as truth or prediction, in order of their UTF-16 code units. */
export function labels(state: ClassificationState): string[] {
  const found = new Set<string>();
  for (const { truth, prediction } of sortedCells(state)) found.add(truth).add(prediction);
  return [...found].sort();
}

/**
 * Counts what has this label under other names, as if it had come so: `into` for its truths and for right predictions
 * of it, `wrongInto` for wrong predictions of it. What is right stays right, and how much is wrong stays as it is.
 */
export function foldLabel(
  state: ClassificationState,
  label: string,
  names: { readonly into: string; readonly wrongInto: string },
): void {
  const { into, wrongInto } = names;
  const moved: { truth: string; prediction: string; cell: Cell }[] = [];
  for (const [truth, row] of state.cells) {
    for (const [prediction, cell] of row) {
      if (truth === label)
        moved.push({ truth: into, prediction: prediction === label ? into : prediction, cell });
      else if (prediction === label) moved.push({ truth, prediction: wrongInto, cell });
    }
    row.delete(label);
  }
  state.cells.delete(label);
  for (const { truth, prediction, cell } of moved) {
    const own = cellOf(state, truth, prediction);
    own.rows += cell.rows;
    mergeSum(own.weight, cell.weight);
  }
}

function put(state: ClassificationState, outcome: ClassificationOutcome, sign: 1 | -1): void {
  const error = classificationError(outcome);
  const weight = outcome.weight === undefined ? 1 : checkedWeight(outcome.weight);
  if (weight === 0) return;
  state.rows += sign;
  add(state.weight, sign * weight);
  addProduct(state.absolute, sign * weight, error);
  const cell = cellOf(state, outcome.truth, outcome.prediction);
  cell.rows += sign;
  add(cell.weight, sign * weight);
}

function cellOf(state: ClassificationState, truth: string, prediction: string): Cell {
  let row = state.cells.get(truth);
  if (row === undefined) state.cells.set(truth, (row = new Map()));
  let cell = row.get(prediction);
  if (cell === undefined) row.set(prediction, (cell = { rows: 0, weight: emptySum() }));
  return cell;
}

/** The cells that are not empty, in an order that does not depend on how they came. */
function sortedCells(state: ClassificationState): { truth: string; prediction: string; cell: Cell }[] {
  const found = [];
  for (const truth of [...state.cells.keys()].sort()) {
    const row = state.cells.get(truth)!;
    for (const prediction of [...row.keys()].sort()) {
      const cell = row.get(prediction)!;
      if (cell.rows !== 0 || exactly(cell.weight).units !== 0n) found.push({ truth, prediction, cell });
    }
  }
  return found;
}
