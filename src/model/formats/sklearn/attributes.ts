import type { Value } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import { elementsOf, numbersOf } from '../pickle/ndarray.ts';
import {
  describe,
  isArray,
  isGlobal,
  isObject,
  type PickleObject,
  type PickleValue,
} from '../pickle/values.ts';
import type { Step } from './step.ts';

/** What building needs beside the attributes: children, the budget, and what the user should hear. */
export interface BuildContext {
  readonly budget: Budget;
  /** Which attributes of which object were read: the rest of a file is dropped before it crosses a thread. */
  readonly touched: Map<PickleObject, Set<string>>;
  readonly warnings: string[];
  /** Builds an estimator that lies inside another. */
  build(value: PickleValue | undefined): Step;
}

/** An array of numbers in C order. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float64Array<ArrayBuffer>;
}

/** The attributes of one pickled estimator, read by name and type; what is missing or odd is a ModelLoadError that names it. */
export class Attributes {
  readonly object: PickleObject;
  readonly context: BuildContext;
  /** The class without its module, for example `Ridge`. */
  readonly className: string;

  constructor(object: PickleObject, context: BuildContext) {
    this.object = object;
    this.context = context;
    this.className = object.name.slice(object.name.lastIndexOf('.') + 1);
  }

  get(key: string): PickleValue | undefined {
    const { state } = this.object;
    if (!(state instanceof Map)) return undefined;
    let keys = this.context.touched.get(this.object);
    if (keys === undefined) this.context.touched.set(this.object, (keys = new Set()));
    keys.add(key);
    return state.get(key);
  }

  /** Whether the attribute is there and not None. */
  has(key: string): boolean {
    const value = this.get(key);
    return value !== undefined && value !== null;
  }

  /** The state of an object that keeps a tuple instead of attributes. */
  stateList(): PickleValue[] | undefined {
    const { state } = this.object;
    if (!this.context.touched.has(this.object)) this.context.touched.set(this.object, new Set());
    return Array.isArray(state) ? state : undefined;
  }

  number(key: string, fallback?: number): number {
    const value = this.get(key);
    if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
    if (isArray(value)) {
      const [only, another] = numbersOf(value, this.context.budget);
      if (only !== undefined && another === undefined) return only;
    }
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    throw this.odd(key, 'a number');
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.get(key);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean' || typeof value === 'number') return Boolean(value);
    throw this.odd(key, 'true or false');
  }

  text(key: string, fallback?: string): string {
    const value = this.get(key);
    if (typeof value === 'string') return value;
    if (value === undefined && fallback !== undefined) return fallback;
    throw this.odd(key, 'a text');
  }

  numbers(key: string): Numbers {
    const found = this.numbersIn(this.get(key));
    if (found === undefined) throw this.odd(key, 'numbers');
    return found;
  }

  /** Numbers of exactly this many elements. */
  vector(key: string, length: number): Float64Array<ArrayBuffer> {
    const { values } = this.numbers(key);
    if (values.length !== length) throw this.odd(key, `${length} numbers`);
    return values;
  }

  /** Numbers in rows × columns. */
  matrix(key: string): { rows: number; columns: number; values: Float64Array<ArrayBuffer> } {
    const { shape, values } = this.numbers(key);
    const [rows, columns] = shape;
    if (shape.length !== 2 || rows === undefined || columns === undefined)
      throw this.odd(key, 'rows of numbers');
    return { rows, columns, values };
  }

  /** An array, a list of numbers or a single number; `undefined` for anything else. */
  numbersIn(value: PickleValue | undefined): Numbers | undefined {
    if (isArray(value)) return { shape: value.shape, values: numbersOf(value, this.context.budget) };
    if (typeof value === 'number') return { shape: [], values: Float64Array.of(value) };
    if (!Array.isArray(value)) return undefined;
    this.context.budget.take(8 * value.length);
    const values = new Float64Array(value.length);
    for (const [at, item] of value.entries()) {
      if (typeof item !== 'number' && typeof item !== 'boolean') return undefined;
      values[at] = Number(item);
    }
    return { shape: [value.length], values };
  }

  list(key: string): PickleValue[] {
    const value = this.get(key);
    const found = this.listIn(value);
    if (found === undefined) throw this.odd(key, 'a list');
    return found;
  }

  /** A list, a tuple, or the elements of an array; `undefined` for anything else. */
  listIn(value: PickleValue | undefined): PickleValue[] | undefined {
    if (Array.isArray(value)) return value;
    return isArray(value) ? elementsOf(value, this.context.budget) : undefined;
  }

  /** The labels of one output. */
  labels(key: string): readonly Value[] {
    return this.labelsIn(this.get(key), key);
  }

  labelsIn(value: PickleValue | undefined, key: string): readonly Value[] {
    return (this.listIn(value) ?? this.fail(key, 'a list of classes')).map((label) => {
      if (typeof label === 'number' || typeof label === 'string' || typeof label === 'boolean') return label;
      if (typeof label === 'bigint') return Number(label);
      throw this.odd(key, 'classes that are texts, numbers or booleans');
    });
  }

  /** Another object among the attributes, such as a tree or a binarizer. */
  child(key: string): Attributes {
    const value = this.get(key);
    if (!isObject(value)) throw this.odd(key, 'an object');
    return new Attributes(value, this.context);
  }

  step(key: string): Step {
    return this.context.build(this.get(key));
  }

  /** The estimators of a list; those that were dropped are left out. */
  steps(key: string): Step[] {
    return this.list(key)
      .filter((step) => step !== 'drop' && step !== null)
      .map((step) => this.context.build(step));
  }

  /** The name of a function or class that is only named, without its module; `undefined` for None. */
  functionName(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined || value === null) return undefined;
    if (!isGlobal(value)) throw this.odd(key, 'a known function');
    return value.name;
  }

  /** The scikit-learn version it was saved with, as a number that orders (1.2.1 → 1.0201); the newest when it does not say. */
  version(): number {
    return versionNumber(this.get('_sklearn_version'));
  }

  odd(key: string, wanted: string): ModelLoadError {
    const found = describe(this.get(key));
    return new ModelLoadError(`its ${this.className} has ${found} as '${key}' where ${wanted} should be`);
  }

  fail(key: string, wanted: string): never {
    throw this.odd(key, wanted);
  }
}

/** `1.2.1` → 1.0201, so that versions compare as numbers; Infinity for no version. */
export function versionNumber(version: PickleValue | undefined): number {
  const found = typeof version === 'string' ? /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) : null;
  if (found === null) return Infinity;
  return Number(found[1]) + Number(found[2]) / 100 + Number(found[3] ?? 0) / 10_000;
}
