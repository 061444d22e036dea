import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import type { PickleValue } from './values.ts';

const BYTES_IN_ORDER = 16;
const BYTES_OUT_OF_ORDER = 64;

/** What a pickle has put aside to refer to again. Picklers number in order; other indices go to a Map. */
export class Memo {
  readonly #budget: Budget;
  readonly #inOrder: PickleValue[] = [];
  readonly #others = new Map<number, PickleValue>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  append(value: PickleValue): void {
    this.put(this.#inOrder.length + this.#others.size, value);
  }

  put(index: number, value: PickleValue): void {
    if (!Number.isInteger(index) || index < 0)
      throw new ModelLoadError('it is damaged: a memo index is no number');
    if (index < this.#inOrder.length) {
      this.#inOrder[index] = value;
    } else if (index === this.#inOrder.length) {
      this.#budget.take(BYTES_IN_ORDER);
      this.#inOrder.push(value);
    } else {
      this.#budget.take(BYTES_OUT_OF_ORDER);
      this.#others.set(index, value);
    }
  }

  get(index: number): PickleValue {
    const found = this.#inOrder[index] ?? this.#others.get(index);
    if (found !== undefined) return found;
    if (index < this.#inOrder.length && this.#inOrder[index] === null) return null;
    throw new ModelLoadError('it is damaged: it refers to a value that it has not stored');
  }
}
