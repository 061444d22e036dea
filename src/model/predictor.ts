import type { Cell, Value } from '../wire/records.ts';

/**
 * A model that computes in this thread, until it is done.
 *
 * Rows of every model lie in one typed array; only columns that hold text or booleans have their cells beside it.
 * A batch is one call; a row that the model cannot take is refused with its reason and the others go on.
 */
export interface LoadedModel {
  readonly info: ModelInfo;
  /**
   * Scores a batch. Rows that `table.refused` names stay refused; the model may refuse more (a missing value
   * where that estimator takes none, an unknown category, text where a number is needed).
   *
   * @throws {RangeError} when the table is not `info.featureCount` wide
   */
  predict(table: Table): Predictions;
}

/**
 * A model that can be asked without a wait for whoever else needs this thread: light ones are computed here, a few
 * milliseconds at a time, heavy ones in a thread of their own. Dispose of it to give that thread back.
 */
export interface Predictor extends AsyncDisposable {
  readonly info: ModelInfo;
  /**
   * Scores a batch, as `LoadedModel.predict` does. The table must not change meanwhile.
   *
   * @throws {RangeError} when the table is not `info.featureCount` wide
   */
  predict(table: Table): Promise<Predictions>;
}

/** Rows to score. `rowsToTable` (`table.ts`) makes one from what arrived; build one directly for pure numbers. */
export interface Table {
  readonly rows: number;
  readonly width: number;
  /** rows × width, row-major. NaN is a missing value; the place of a text is NaN, of a boolean 1 or 0. */
  readonly values: Float64Array;
  /** The columns that hold a text or a boolean in any row: all cells of the column, one a row. */
  readonly cells: ReadonlyMap<number, readonly Cell[]> | undefined;
  /** Rows that could not be put into the table (their values are NaN), with the reason. */
  readonly refused: ReadonlyMap<number, string>;
}

/** What the model said about a batch. A refused row has NaN in `values` and `probabilities`. */
export interface Predictions {
  readonly rows: number;
  /** rows × outputs, row-major: the number, or, where the output has classes, the index into them. */
  readonly values: Float64Array;
  /** rows × the classes of all outputs one after the other, row-major; `undefined` when the model gives none. */
  readonly probabilities: Float64Array | undefined;
  /** Row → reason, those of the table included. */
  readonly refused: ReadonlyMap<number, string>;
}

/** What a model predicts: numbers, one of two classes, or one of more. */
export type Task = 'regression' | 'binary' | 'multiclass';

/** One output of a model. `classes` in the order of the probabilities; `undefined` for a regression. */
export interface OutputInfo {
  readonly name: string;
  readonly classes: readonly Value[] | undefined;
}

/** What is known about a model without predicting. */
export interface ModelInfo {
  /** For example `pickle protocol 4`, `joblib (zlib)`, `XGBoost JSON`. */
  readonly format: string;
  /** The class of the outermost estimator, for example `Pipeline`. */
  readonly estimator: string;
  /** For example `scikit-learn`. */
  readonly library: string;
  /** `undefined` when the file does not say. */
  readonly libraryVersion: string | undefined;
  readonly task: Task;
  /** At least one; a model with one output names it `prediction`. */
  readonly outputs: readonly OutputInfo[];
  /** Columns it was trained on; `undefined` when it does not matter (a dummy) and any width is taken. */
  readonly featureCount: number | undefined;
  /** Names of the columns, when it was trained on a table with names. */
  readonly featureNames: readonly string[] | undefined;
  /** Columns whose encoder knows texts: whoever reads a CSV leaves those as text. */
  readonly textFeatures: readonly number[];
  readonly sizeBytes: number;
  /** Of the file, 64 hex digits. The version of a model on the wire is the first 12. */
  readonly sha256: string;
  /** A line per step of a pipeline, indented by nesting; one line for a plain estimator. */
  readonly steps: readonly string[];
  /** What the user should know: a version that matters, something that is carried but not used. */
  readonly warnings: readonly string[];
}

/**
 * The prediction of one row and output as it travels: a number or the label.
 *
 * @throws {RangeError} for a row that was refused or an output that does not exist
 */
export function valueAt(info: ModelInfo, predictions: Predictions, row: number, output = 0): Value {
  const found = predictions.values[row * info.outputs.length + output];
  const about = info.outputs[output];
  if (found === undefined || about === undefined) throw new RangeError(`no prediction at ${row}, ${output}`);
  if (about.classes === undefined) return found;
  const label = about.classes[found];
  if (label === undefined) throw new RangeError(`row ${row} has no prediction: it was refused`);
  return label;
}
