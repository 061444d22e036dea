import type { Tensor } from 'onnxruntime-node';
import type { Value } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import type { Task } from '../../predictor.ts';
import type { Labels } from './graph.ts';

/** What a graph answers with, by name. */
export type Answers = Readonly<Record<string, Tensor>>;

/** How the outputs of a graph become predictions. */
export interface Outputs {
  readonly task: Task;
  /** Values of a regression; 1 for a classification. */
  readonly width: number;
  /** The classes in the order of the probabilities; `undefined` for a regression. */
  readonly classes: readonly Value[] | undefined;
  /** Probabilities a row has: as many as classes, or 0. */
  readonly probabilities: number;
  /** Values of some rows, row-major: numbers, or indices into the classes (−1 for a label that is none of them). */
  values(answers: Answers, rows: number): number[];
  /** Probabilities of some rows, row-major. */
  proba(answers: Answers, rows: number): number[];
}

/**
 * Reads what the outputs mean, from what the graph answered for one row and the class labels it holds. A classifier has
 * an output with a label, and beside it probabilities in one tensor or in one for each class.
 *
 * @throws {ModelLoadError} when the outputs are neither numbers nor labels, or nothing says which labels there are
 */
export function outputsOf(names: readonly string[], answers: Answers, labels: readonly Labels[]): Outputs {
  const columns = names.map((name) => ({ name, tensor: tensorNamed(answers, name) }));
  const floats = columns.filter(({ tensor }) => isFloat(tensor)).map(({ name }) => name);
  const width = sum(floats.map((name) => rowWidth(tensorNamed(answers, name))));
  const label = columns.find(({ tensor }) => !isFloat(tensor));
  const flat = (found: Answers, rows: number): number[] => sideBySide(floats, found, rows);
  if (label === undefined) {
    if (width === 0) throw new ModelLoadError('its graph answers with nothing');
    return { task: 'regression', width, classes: undefined, probabilities: 0, values: flat, proba: () => [] };
  }
  const own = tensorNamed(answers, label.name);
  if (rowWidth(own) !== 1) {
    throw new ModelLoadError(
      `its output "${label.name}" has ${rowWidth(own)} labels a row; convert one classifier for each of them`,
    );
  }
  const classes = classesOf(own.type, width, labels);
  const places = new Map(classes.map((value, i) => [value, i]));
  return {
    task: classes.length > 2 ? 'multiclass' : 'binary',
    width: 1,
    classes,
    probabilities: width,
    values: (found, rows) =>
      Array.from(tensorNamed(found, label.name).data as ArrayLike<unknown>)
        .slice(0, rows)
        .map((value) => places.get(valueOf(own.type, value)) ?? -1),
    proba: flat,
  };
}

function tensorNamed(answers: Answers, name: string): Tensor {
  const tensor = answers[name];
  if (tensor === undefined) throw new ModelLoadError(`its graph gives no output "${name}"`);
  return tensor;
}

function isFloat(tensor: Tensor): boolean {
  return tensor.type === 'float32' || tensor.type === 'float64';
}

/** Values for each row; one for an answer to one row without dimensions. */
function rowWidth({ size, dims }: Tensor): number {
  return size / Math.max(1, dims[0] ?? 1);
}

function sideBySide(names: readonly string[], answers: Answers, rows: number): number[] {
  const values: number[] = [];
  const parts = names.map((name) => tensorNamed(answers, name));
  for (let row = 0; row < rows; row++) {
    for (const part of parts) {
      const width = rowWidth(part);
      const data = part.data as Float32Array | Float64Array;
      for (let i = row * width; i < (row + 1) * width; i++) values.push(data[i] ?? NaN);
    }
  }
  return values;
}

/** The last list of the graph that fits; without one, whole numbers are indices and a boolean is no or yes. */
function classesOf(type: string, count: number, labels: readonly Labels[]): readonly Value[] {
  if (type === 'bool') return [false, true];
  const wanted = type === 'string' ? 'string' : 'number';
  const fits = labels.filter(
    (list) =>
      (list.length === count || (count === 0 && list.length > 1)) &&
      list.every((label) => typeof label === wanted) &&
      new Set(list).size === list.length,
  );
  const found = fits.at(-1);
  if (found !== undefined) return found;
  if (wanted === 'number' && count > 1) return Array.from({ length: count }, (_, i) => i);
  throw new ModelLoadError(
    'its graph does not say which classes it knows; convert it with ZipMap, which names them',
  );
}

function valueOf(type: string, value: unknown): Value {
  if (type === 'bool') return value === true || value === 1;
  return type === 'string' ? String(value) : Number(value);
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
