import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import type { DocumentValue } from './document.ts';
import { numberAt, TypedNumbers } from './typed-numbers.ts';

const DEPTH_MAX = 64;
const COST = { text: 40, item: 64, entry: 64, container: 200 };
/** Bytes of one number of each kind. */
const SIZES: ReadonlyMap<string, number> = new Map([
  ['i', 1],
  ['U', 1],
  ['I', 2],
  ['l', 4],
  ['L', 8],
  ['d', 4],
  ['D', 8],
]);

/**
 * Reads Universal Binary JSON: what XGBoost writes (typed arrays, keys without a marker) and what the format allows beside.
 *
 * Typed arrays stay views into the file until they are asked for.
 *
 * @throws {ModelLoadError} on damage, a declared length beyond the end, or nesting deeper than 64
 * @see https://ubjson.org, draft 12; XGBoost writes every length as int64
 */
export function readUbj(bytes: Uint8Array, budget: Budget): DocumentValue {
  const reader = new Reader(bytes, budget);
  const value = reader.value(reader.marker(), 0);
  if (reader.at !== bytes.length) throw damaged('it goes on after its end');
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #budget: Budget;
  at = 0;

  constructor(bytes: Uint8Array, budget: Budget) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = budget;
  }

  /** The next marker; N is no operation. */
  marker(): string {
    for (;;) {
      const found = String.fromCharCode(this.#view.getUint8(this.#take(1)));
      if (found !== 'N') return found;
    }
  }

  value(marker: string, depth: number): DocumentValue {
    if (depth > DEPTH_MAX) throw new ModelLoadError(`it nests more than ${DEPTH_MAX} deep`);
    switch (marker) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case 'S':
      case 'H':
        return this.#text(this.#length());
      case 'C':
        return this.#text(1);
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      default:
        return this.#number(marker);
    }
  }

  #object(depth: number): DocumentValue {
    this.#budget.take(COST.container);
    const object = new Map<string, DocumentValue>();
    let left = this.#declared();
    for (;;) {
      if (left === 0) break;
      const marker = this.marker();
      if (left === undefined && marker === '}') break;
      const key = this.#text(this.#length(marker));
      this.#budget.take(COST.entry);
      object.set(key, this.value(this.marker(), depth + 1));
      if (left !== undefined) left--;
    }
    return object;
  }

  #array(depth: number): DocumentValue {
    if (this.#bytes[this.at] === 0x24) return this.#typedArray();
    this.#budget.take(COST.container);
    const items: DocumentValue[] = [];
    let left = this.#declared();
    for (;;) {
      if (left === 0) break;
      const marker = this.marker();
      if (left === undefined && marker === ']') break;
      this.#budget.take(COST.item);
      items.push(this.value(marker, depth + 1));
      if (left !== undefined) left--;
    }
    return items;
  }

  #typedArray(): TypedNumbers {
    this.#take(1);
    const type = this.marker();
    const size = SIZES.get(type);
    if (size === undefined) throw damaged(`it has an array of the type '${type}'`);
    const count = this.#declared();
    if (count === undefined) throw damaged('it has a typed array without a length');
    const start = this.#take(count * size);
    this.#budget.take(COST.container);
    return new TypedNumbers({ type, count, bytes: this.#bytes.subarray(start, this.at) });
  }

  /** The count after a `#`, where there is one; every item has at least a byte. */
  #declared(): number | undefined {
    if (this.#bytes[this.at] !== 0x23) return undefined;
    this.#take(1);
    return this.#length();
  }

  #length(marker = this.marker()): number {
    const found = this.#number(marker);
    if (!(Number.isInteger(found) && found >= 0 && found <= this.#bytes.length - this.at))
      throw damaged('it declares more than there is');
    return found;
  }

  #number(type: string): number {
    const size = SIZES.get(type);
    if (size === undefined) throw damaged(`it has the marker '${printable(type)}'`);
    return numberAt(this.#view, this.#take(size), type);
  }

  #text(length: number): string {
    const start = this.#take(length);
    this.#budget.take(COST.text + 2 * length);
    const { buffer, byteOffset } = this.#bytes;
    return Buffer.from(buffer, byteOffset + start, length).toString('utf8');
  }

  #take(length: number): number {
    const start = this.at;
    if (length > this.#bytes.length - start) throw damaged('it is cut off');
    this.at = start + length;
    return start;
  }
}

function printable(marker: string): string {
  return /^[\x20-\x7e]$/.test(marker) ? marker : `byte ${marker.charCodeAt(0)}`;
}

function damaged(what: string): ModelLoadError {
  return new ModelLoadError(`${what} (not UBJSON, or damaged)`);
}
