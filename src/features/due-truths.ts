import type { IdToken } from '../wire/records.ts';
import type { Label } from './rows.ts';

/** A row whose truth is due. */
export interface DueTruth {
  readonly seq: number;
  readonly label: Label;
  /** Where its row has just been given one. */
  readonly id?: IdToken | undefined;
}

/**
 * Truths that are to be sent later, earliest first; those of one moment in the order of their rows.
 *
 * A heap in typed arrays: 32 bytes each (twice that right after it has grown), beside the label, which the
 * rows of a kept file share between passes. No timer and no object for each.
 */
export class DueTruths {
  #size = 0;
  /** The heap: four children a node; node i has children 4i + 1 to 4i + 4. */
  #dueMs = new Float64Array(CAPACITY_MIN);
  #slots = new Uint32Array(CAPACITY_MIN);
  /** By slot. */
  #seqs = new Float64Array(CAPACITY_MIN);
  readonly #labels: (Label | undefined)[] = [];
  /** Slots that are free again. */
  #free = new Uint32Array(CAPACITY_MIN);
  #freeCount = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes that it holds, without the labels. */
  get bytes(): number {
    return this.#size * BYTES_EACH;
  }

  /** When the earliest is due, or `undefined` when there is none. */
  get nextMs(): number | undefined {
    return this.#size === 0 ? undefined : this.#dueMs[0];
  }

  /** Whether the earliest is due at that time. */
  isDueBy(untilMs: number): boolean {
    return this.#size > 0 && (this.#dueMs[0] as number) <= untilMs;
  }

  add(seq: number, dueMs: number, label: Label): void {
    if (this.#size === this.#dueMs.length) this.#grow();
    const slot = this.#freeCount > 0 ? (this.#free[(this.#freeCount -= 1)] as number) : this.#labels.length;
    this.#labels[slot] = label;
    this.#seqs[slot] = seq;
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (!this.#isBefore(dueMs, slot, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#dueMs[at] = dueMs;
    this.#slots[at] = slot;
  }

  /** Takes the earliest one, which must be there. */
  take(): DueTruth {
    const slot = this.#slots[0] as number;
    const label = this.#labels[slot];
    if (this.#size === 0 || label === undefined) throw new RangeError('No truth is due');
    this.#labels[slot] = undefined;
    this.#free[this.#freeCount] = slot;
    this.#freeCount += 1;
    this.#size -= 1;
    this.#sinkLast();
    return { seq: this.#seqs[slot] as number, label };
  }

  /** Puts the last node at the top and lets it sink to where it belongs. */
  #sinkLast(): void {
    const size = this.#size;
    const dueMs = this.#dueMs[size] as number;
    const slot = this.#slots[size] as number;
    let at = 0;
    for (let first = 1; first < size; first = 4 * at + 1) {
      let least = first;
      const end = Math.min(first + 4, size);
      for (let child = first + 1; child < end; child += 1) {
        if (this.#isBefore(this.#dueMs[child] as number, this.#slots[child] as number, least)) least = child;
      }
      if (this.#isBefore(dueMs, slot, least)) break;
      this.#move(least, at);
      at = least;
    }
    this.#dueMs[at] = dueMs;
    this.#slots[at] = slot;
  }

  #isBefore(dueMs: number, slot: number, node: number): boolean {
    const otherMs = this.#dueMs[node] as number;
    if (dueMs !== otherMs) return dueMs < otherMs;
    return (this.#seqs[slot] as number) < (this.#seqs[this.#slots[node] as number] as number);
  }

  #move(from: number, to: number): void {
    this.#dueMs[to] = this.#dueMs[from] as number;
    this.#slots[to] = this.#slots[from] as number;
  }

  #grow(): void {
    const capacity = this.#size * 2;
    this.#dueMs = grown(this.#dueMs, new Float64Array(capacity));
    this.#slots = grown(this.#slots, new Uint32Array(capacity));
    this.#seqs = grown(this.#seqs, new Float64Array(capacity));
    this.#free = grown(this.#free, new Uint32Array(capacity));
  }
}

const CAPACITY_MIN = 1024;
const BYTES_EACH = 32;

function grown<A extends Float64Array | Uint32Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}
