import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';

/** A block of `key=value` lines of a LightGBM model file; lines without `=` are keys that stand alone. */
export class Section {
  readonly #values: ReadonlyMap<string, string>;
  readonly #budget: Budget;

  constructor(values: ReadonlyMap<string, string>, budget: Budget) {
    this.#values = values;
    this.#budget = budget;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Empty when the key is missing. */
  text(key: string): string {
    return this.#values.get(key) ?? '';
  }

  /** Exactly so many words. */
  words(key: string, count: number): string[] {
    const text = this.text(key);
    let spaces = 0;
    for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) spaces++;
    if (spaces + 1 !== count) throw odd(key, `${count} words`);
    this.#budget.take(WORD_COST * count);
    return text.split(' ');
  }

  /** A whole number from 0 up. */
  count(key: string, fallback?: number): number {
    const found = this.#values.get(key);
    if (found === undefined && fallback !== undefined) return fallback;
    if (found === undefined || !/^\d{1,9}$/.test(found)) throw odd(key, 'a whole number');
    return Number(found);
  }

  /**
   * Exactly so many numbers.
   *
   * Read token by token: splitting a long line would take far more memory than the line.
   */
  numbers(key: string, count: number): Float64Array {
    const text = this.#values.get(key);
    if (text === undefined) throw new ModelLoadError(`a tree in it has no '${key}'`);
    if (2 * count - 1 > text.length) throw odd(key, `${count} numbers`);
    this.#budget.take(8 * count);
    const numbers = new Float64Array(count);
    let at = 0;
    for (let found = 0; ; found++) {
      while (text.charCodeAt(at) === SPACE) at++;
      if (at >= text.length) {
        if (found === count) return numbers;
        throw odd(key, `${count} numbers`);
      }
      if (found === count) throw odd(key, `${count} numbers`);
      const end = text.indexOf(' ', at);
      const token = text.slice(at, end < 0 ? text.length : end);
      numbers[found] = numberOf(token) ?? fail(key, `${count} numbers`);
      at += token.length;
    }
  }
}

/** The sections of a model file: its head, then a tree each, and what stands after them. */
export interface ModelText {
  readonly head: Section;
  readonly trees: readonly Section[];
  /** What pandas knew of categories: a JSON list of lists, or `null`. */
  readonly pandasCategorical: string | undefined;
}

const SPACE = 32;
const NEWLINE = 10;
const LINE_COST = 150;
const SECTION_COST = 500;
const WORD_COST = 50;
const PANDAS = 'pandas_categorical:';

/**
 * Takes a LightGBM model file apart, line by line.
 *
 * @throws {ModelLoadError} when it has no end of its trees: then it is cut off
 */
export function readModelText(bytes: Uint8Array, budget: Budget): ModelText {
  let values = new Map<string, string>();
  const head = new Section(values, budget);
  const trees: Section[] = [];
  let isComplete = false;
  let pandasCategorical: string | undefined;
  for (const line of linesOf(bytes, budget)) {
    if (line.startsWith(PANDAS)) pandasCategorical = line.slice(PANDAS.length);
    if (line === 'end of trees') isComplete = true;
    if (isComplete) continue;
    if (line.startsWith('Tree=')) {
      budget.take(SECTION_COST);
      values = new Map();
      trees.push(new Section(values, budget));
    } else if (line !== '') {
      const equals = line.indexOf('=');
      values.set(equals < 0 ? line : line.slice(0, equals), equals < 0 ? '' : line.slice(equals + 1));
    }
  }
  if (!isComplete) throw new ModelLoadError("it is cut off: it has no 'end of trees'");
  return { head, trees, pandasCategorical };
}

function* linesOf(bytes: Uint8Array, budget: Budget): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, at);
    const stop = end < 0 ? bytes.length : end;
    budget.take(LINE_COST + (stop - at));
    yield buffer.toString('utf8', at, buffer[stop - 1] === 13 ? stop - 1 : stop);
    at = stop + 1;
  }
}

function numberOf(token: string): number | undefined {
  const found = Number(token);
  if (!Number.isNaN(found)) return found;
  if (/^-?nan$/i.test(token)) return NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(token);
  return infinite === null ? undefined : infinite[1] === '-' ? -Infinity : Infinity;
}

function odd(key: string, wanted: string): ModelLoadError {
  return new ModelLoadError(`its '${key}' is not ${wanted}, as a LightGBM model has it`);
}

function fail(key: string, wanted: string): never {
  throw odd(key, wanted);
}
