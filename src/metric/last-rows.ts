/**
 * The last row of every id, compactly: 24 bytes of values, 8 of hash and 6 to 11 of table an id.
 *
 * Ids are told apart by 64 bits of hash: that two of n different ids share one has probability n² / 2^65,
 * 3 in a million for 10 million ids, and would lose one row of them.
 */
export interface LastRows {
  /** Different ids. */
  readonly count: number;
  /** How many ids came more than once. */
  readonly repeated: number;
  /** Keeps the row, in the place of an earlier one of its id. True where the id is new. */
  put(id: string, truth: number, prediction: number, absoluteError: number): boolean;
  /** Gives back what only `put` needs, which may not be called any more. */
  seal(): void;
  /** Visits each kept row, in order of the first appearance of its id. */
  forEach(visit: (truth: number, prediction: number, absoluteError: number) => void): void;
}

/** Nothing kept yet. */
export function lastRows(): LastRows {
  const pages: Page[] = [];
  let table = new Uint32Array(1 << 12);
  let count = 0;
  let repeated = 0;

  /** The slot of the hash in the table: that of its row, or the free one where it belongs. */
  const slotOf = (low: number, high: number): number => {
    const mask = table.length - 1;
    for (let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask; ; slot = (slot + 1) & mask) {
      const row = table[slot]! - 1;
      if (row < 0) return slot;
      const { hashes } = pages[row >>> PAGE_BITS]!;
      const at = (row & PAGE_MASK) * 2;
      if (hashes[at] === low && hashes[at + 1] === high) return slot;
    }
  };

  const grow = (): void => {
    table = new Uint32Array(table.length * 2);
    for (let row = 0; row < count; row++) {
      const { hashes } = pages[row >>> PAGE_BITS]!;
      const at = (row & PAGE_MASK) * 2;
      table[slotOf(hashes[at]!, hashes[at + 1]!)] = row + 1;
    }
  };

  return {
    get count() {
      return count;
    },
    get repeated() {
      return repeated;
    },
    put(id, truth, prediction, absoluteError) {
      const [low, high] = hash64(id);
      const slot = slotOf(low, high);
      let row = table[slot]! - 1;
      const isNew = row < 0;
      if (isNew) {
        row = count++;
        table[slot] = row + 1;
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
      pages[row >>> PAGE_BITS]!.values.set([truth, prediction, absoluteError], (row & PAGE_MASK) * 3);
      return isNew;
    },
    seal() {
      table = new Uint32Array();
      for (const page of pages) page.hashes = table;
    },
    forEach(visit) {
      for (let row = 0; row < count; row++) {
        const { values } = pages[row >>> PAGE_BITS]!;
        const at = (row & PAGE_MASK) * 3;
        visit(values[at]!, values[at + 1]!, values[at + 2]!);
      }
    },
  };
}

/** Two 32-bit halves over the UTF-16 code units: multiply and rotate as MurmurHash3 does, each half with its own constants. */
function hash64(text: string): [number, number] {
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
  return [mixed(low), mixed(high)];
}

function mixed(half: number): number {
  let h = half ^ (half >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

interface Page {
  readonly values: Float64Array;
  hashes: Uint32Array;
  readonly seenAgain: Uint8Array;
}

/** Pages, so that growing copies nothing but the table. */
const PAGE_BITS = 16;
const PAGE_MASK = 2 ** PAGE_BITS - 1;

function newPage(): Page {
  const rows = 2 ** PAGE_BITS;
  return {
    values: new Float64Array(rows * 3),
    hashes: new Uint32Array(rows * 2),
    seenAgain: new Uint8Array(rows),
  };
}
