import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import { TypedNumbers } from './typed-numbers.ts';

/** What JSON or UBJSON holds. JSON's objects are only read through own keys. */
export type DocumentValue =
  | null
  | boolean
  | number
  | string
  | readonly DocumentValue[]
  | ReadonlyMap<string, DocumentValue>
  | TypedNumbers
  | { readonly [key: string]: DocumentValue };

/** An object of a model file, read by key and type; what is missing or odd is a ModelLoadError that names it. */
export class Document {
  readonly #value: DocumentValue;
  readonly #budget: Budget;

  constructor(value: DocumentValue, budget: Budget) {
    this.#value = value;
    this.#budget = budget;
  }

  get(key: string): DocumentValue | undefined {
    const value = this.#value;
    if (value instanceof Map) return (value as ReadonlyMap<string, DocumentValue>).get(key);
    if (!isPlain(value)) return undefined;
    return Object.hasOwn(value, key) ? value[key] : undefined;
  }

  has(key: string): boolean {
    return (this.get(key) ?? null) !== null;
  }

  child(key: string): Document {
    const value = this.get(key);
    if (!(value instanceof Map) && !isPlain(value)) throw odd(key, 'an object');
    return new Document(value, this.#budget);
  }

  children(key: string): Document[] {
    const value = this.get(key);
    if (!isList(value)) throw odd(key, 'a list of objects');
    return value.map((item) => new Document(item, this.#budget));
  }

  text(key: string): string {
    const value = this.get(key);
    if (typeof value !== 'string') throw odd(key, 'a text');
    return value;
  }

  /** A list of texts; empty when the key is missing. */
  texts(key: string): string[] {
    const value = this.get(key) ?? [];
    if (value instanceof TypedNumbers && value.count === 0) return [];
    if (!isList(value)) throw odd(key, 'a list of texts');
    return value.map((item) => (typeof item === 'string' ? item : fail(key, 'a list of texts')));
  }

  /** A number, or a text that is one: XGBoost writes its parameters as texts. */
  number(key: string, fallback?: number): number {
    const value = this.get(key);
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    const found = numberOf(value);
    if (found === undefined) throw odd(key, 'a number');
    return found;
  }

  /** A whole number from 0 up. */
  count(key: string, fallback?: number): number {
    const found = this.number(key, fallback);
    if (!Number.isSafeInteger(found) || found < 0) throw odd(key, 'a whole number');
    return found;
  }

  /** Numbers; empty when the key is missing. */
  numbers(key: string): Float64Array {
    const value = this.get(key) ?? [];
    if (value instanceof TypedNumbers) {
      this.#budget.take(8 * value.count);
      return value.read();
    }
    if (!isList(value)) throw odd(key, 'a list of numbers');
    this.#budget.take(8 * value.length);
    return Float64Array.from(value, (item) => numberOf(item) ?? fail(key, 'a list of numbers'));
  }
}

function numberOf(value: DocumentValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const found = Number(value);
  return Number.isNaN(found) && value !== 'NaN' ? undefined : found;
}

function isList(value: DocumentValue | undefined): value is readonly DocumentValue[] {
  return Array.isArray(value);
}

function isPlain(value: DocumentValue | undefined): value is { readonly [key: string]: DocumentValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof TypedNumbers)
  );
}

function odd(key: string, wanted: string): ModelLoadError {
  return new ModelLoadError(`its '${key}' is not ${wanted}, as an XGBoost model has it`);
}

function fail(key: string, wanted: string): never {
  throw odd(key, wanted);
}
