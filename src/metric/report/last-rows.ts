/**
 * The last row of every id, compactly: 16 bytes of values, 8 of hash and 6 to 11 of table an id; where absolute errors
 * are not the distance of the two values, or rows have slices, 8 and 2 for each more.
 *
 * Ids are told apart by 64 bits of hash: that two of n different ids share one has probability n² / 2^65,
 * 3 in a million for 10 million ids, and would lose one row of them.
 */
export interface LastRows {
  /** Different ids. */
  readonly count: number;
  /** How many ids came more than once. */
  readonly repeated: number;
  /**
   * Keeps the row, in the place of an earlier one of its id. True where the id is new.
   *
   * @param slices 0..65535 each, always as many
   */
  put(
    id: string,
    truth: number,
    prediction: number,
    absoluteError: number,
    slices?: readonly number[],
  ): boolean;
  /** The row of an id, or `undefined`. */
  find(id: string): LastRow | undefined;
  /** Gives back what only `put` and `find` need, which may not be called any more. */
  seal(): void;
  /** Gives everything back; nothing may be called any more. */
  release(): void;
  /** Visits each kept row, in order of the first appearance of its id. */
  forEach(visit: (truth: number, prediction: number, absoluteError: number, row: number) => void): void;
  /** The nth slice of a row, by its place in `forEach`; 0 where it was kept without. */
  sliceOf(row: number, n: number): number;
}

/** A row as it is kept. */
export interface LastRow {
  readonly truth: number;
  readonly prediction: number;
  readonly absoluteError: number;
}

/** Nothing kept yet. */
export function lastRows(): LastRows {
  const pages: Page[] = [];
  let table = new Uint32Array(1 << 12);
  let count = 0;
  /** Slices a row. */
  let width = 0;
  let repeated = 0;
  const hash = new Uint32Array(2);

  /** The slot of the hash in the table: that of its row, or the free one where it belongs. */
  const slotOf = (low: number, high: number): number => {
    const mask = table.length - 1;
    for (let slot = firstSlot(low, high, mask); ; slot = (slot + 1) & mask) {
      const entry = table[slot]!;
      if (entry === 0) return slot;
      // Most that are another's are told from it without a look at its page.
      if ((entry ^ high) & ~mask) continue;
      const row = (entry & mask) - 1;
      const { hashes } = pages[row >>> PAGE_BITS]!;
      const at = (row & PAGE_MASK) * 2;
      if (hashes[at] === low && hashes[at + 1] === high) return slot;
    }
  };

  /** Its row beside as much of its hash as there is room for: a table of 2^n has rows below 2^n. */
  const entryOf = (row: number, high: number): number => {
    const mask = table.length - 1;
    return ((high & ~mask) | (row + 1)) >>> 0;
  };

  /** The row in a slot; −1 in a free one. */
  const rowIn = (slot: number): number => (table[slot]! & (table.length - 1)) - 1;

  const grow = (): void => {
    const before = table;
    table = new Uint32Array(table.length * 2);
    const mask = table.length - 1;
    for (let row = 0; row < count; row++) {
      const { hashes } = pages[row >>> PAGE_BITS]!;
      const at = (row & PAGE_MASK) * 2;
      // All differ, so none is compared with another.
      let slot = firstSlot(hashes[at]!, hashes[at + 1]!, mask);
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = entryOf(row, hashes[at + 1]!);
    }
    free(before);
  };

  return {
    get count() {
      return count;
    },
    get repeated() {
      return repeated;
    },
    put(id, truth, prediction, absoluteError, slices = NO_SLICES) {
      hash64(id, hash);
      const low = hash[0]!;
      const high = hash[1]!;
      const slot = slotOf(low, high);
      let row = rowIn(slot);
      const isNew = row < 0;
      if (isNew) {
        row = count++;
        table[slot] = entryOf(row, high);
        if ((row & PAGE_MASK) === 0) pages.push(newPage());
        const { hashes } = pages.at(-1)!;
        hashes[(row & PAGE_MASK) * 2] = low;
        hashes[(row & PAGE_MASK) * 2 + 1] = high;
        if (count * 4 > table.length * 3) grow();
      } else {
        const { seenAgain } = pages[row >>> PAGE_BITS]!;
        repeated += 1 - seenAgain[row & PAGE_MASK]!;
        seenAgain[row & PAGE_MASK] = 1;
      }
      const page = pages[row >>> PAGE_BITS]!;
      const at = row & PAGE_MASK;
      page.values[2 * at] = truth;
      page.values[2 * at + 1] = prediction;
      if (page.errors !== undefined) page.errors[at] = absoluteError;
      else if (absoluteError !== Math.abs(truth - prediction)) errorsOf(page)[at] = absoluteError;
      if (slices.length > 0) {
        width = slices.length;
        (page.slices ??= new Uint16Array(PAGE_ROWS * width)).set(slices, at * width);
      }
      return isNew;
    },
    find(id) {
      hash64(id, hash);
      const row = rowIn(slotOf(hash[0]!, hash[1]!));
      if (row < 0) return undefined;
      const { values, errors } = pages[row >>> PAGE_BITS]!;
      const at = row & PAGE_MASK;
      const [truth, prediction] = [values[2 * at]!, values[2 * at + 1]!];
      return { truth, prediction, absoluteError: errors?.[at] ?? Math.abs(truth - prediction) };
    },
    sliceOf(row, n) {
      return pages[row >>> PAGE_BITS]!.slices?.[(row & PAGE_MASK) * width + n] ?? 0;
    },
    seal() {
      free(table);
      table = new Uint32Array();
      for (const page of pages) {
        free(page.hashes);
        page.hashes = table;
      }
    },
    release() {
      this.seal();
      for (const { values, errors, slices } of pages.splice(0)) {
        for (const array of [values, errors, slices]) if (array !== undefined) free(array);
      }
      count = 0;
    },
    forEach(visit) {
      for (let row = 0; row < count; row++) {
        const { values, errors } = pages[row >>> PAGE_BITS]!;
        const at = row & PAGE_MASK;
        const truth = values[2 * at]!;
        const prediction = values[2 * at + 1]!;
        visit(truth, prediction, errors?.[at] ?? Math.abs(truth - prediction), row);
      }
    },
  };
}

/** Where in the table a hash is looked for first. */
function firstSlot(low: number, high: number, mask: number): number {
  return (low ^ Math.imul(high, 0x9e3779b1)) & mask;
}

/** The collector would do it some time: until then a few hundred megabytes are nobody's. */
function free(array: Float64Array | Uint32Array | Uint16Array): void {
  if (array.byteLength > 0) (array.buffer as ArrayBuffer).transfer(0);
}

/** From now on the page keeps the absolute errors; until now each was the distance of its values. */
function errorsOf(page: Page): Float64Array {
  const { values } = page;
  const errors = new Float64Array(PAGE_ROWS);
  for (let at = 0; at < PAGE_ROWS; at++) errors[at] = Math.abs(values[2 * at]! - values[2 * at + 1]!);
  page.errors = errors;
  return errors;
}

/** Two 32-bit halves over the UTF-16 code units: multiply and rotate as MurmurHash3 does, each half with its own constants. */
function hash64(text: string, into: Uint32Array): void {
  let low = 0x9747b28c ^ text.length;
  let high = 0x3c6ef372 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0xcc9e2d51);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high ^ unit, 0x1b873593);
    high = (high << 17) | (high >>> 15);
  }
  // Each half takes some of the other, then both are mixed to the last bit
  low ^= Math.imul(high, 0x85ebca6b);
  high ^= Math.imul(low, 0xc2b2ae35);
  into[0] = mixed(low);
  into[1] = mixed(high);
}

function mixed(half: number): number {
  let h = half ^ (half >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

interface Page {
  /** Truth and prediction of each row. */
  readonly values: Float64Array;
  hashes: Uint32Array;
  readonly seenAgain: Uint8Array;
  /** Absent while each is the distance of its values. */
  errors: Float64Array | undefined;
  /** So many a row as it has slices; absent without. */
  slices: Uint16Array | undefined;
}

const NO_SLICES: readonly number[] = [];

/** Pages, so that growing copies nothing but the table. */
const PAGE_BITS = 16;
const PAGE_ROWS = 2 ** PAGE_BITS;
const PAGE_MASK = PAGE_ROWS - 1;

function newPage(): Page {
  return {
    values: new Float64Array(PAGE_ROWS * 2),
    hashes: new Uint32Array(PAGE_ROWS * 2),
    seenAgain: new Uint8Array(PAGE_ROWS),
    errors: undefined,
    slices: undefined,
  };
}
