import { KeptNames } from './kept-names.ts';

/** Which slice a prediction is in. */
export interface Slice {
  readonly tag: string;
  readonly value: string;
  /** Values of the tag with a count of their own at most; with another bound the tag is counted anew. */
  readonly max: number;
}

/**
 * How many predictions there are of each value of each tag: of one model, those that are scored, pending or expired. Written
 * as JSON with every commit.
 */
export class SliceCounts {
  readonly #tags = new Map<string, TagCounts>();

  /** A prediction of this slice came in (1), or turned out to be none (−1). */
  add({ tag, value, max }: Slice, sign: 1 | -1): void {
    this.#addMany(this.#tagOf(tag, max), value, sign);
  }

  /** Predictions of a value; of all that have no count of their own, where it is `undefined`. */
  of(tag: string, value: string | undefined): number {
    const counts = this.#tags.get(tag);
    return (value === undefined ? counts?.rest : counts?.byValue.get(value)) ?? 0;
  }

  /** Adds all of `other`, which stays as it is. */
  merge(other: SliceCounts): void {
    for (const [tag, { names, byValue, rest }] of other.#tags) {
      const own = this.#tagOf(tag, names.max);
      for (const value of names) this.#addMany(own, value, byValue.get(value) ?? 0);
      own.rest += rest;
    }
  }

  toJSON(): StoredSlices {
    return [...this.#tags].map(([tag, { names, byValue, rest }]) => ({
      tag,
      max: names.max,
      counts: [...names].map((value) => [value, byValue.get(value) ?? 0] as const),
      rest,
    }));
  }

  /** The counts that `toJSON` gave; none where a file has none. */
  static from(stored: StoredSlices | undefined): SliceCounts {
    const made = new SliceCounts();
    for (const { tag, max, counts, rest } of stored ?? []) {
      const names = new KeptNames(max);
      for (const [value] of counts) names.take(value);
      made.#tags.set(tag, { names, byValue: new Map(counts), rest });
    }
    return made;
  }

  #tagOf(tag: string, max: number): TagCounts {
    let counts = this.#tags.get(tag);
    if (counts?.names.max === max) return counts;
    counts = { names: new KeptNames(max), byValue: new Map(), rest: 0 };
    this.#tags.set(tag, counts);
    return counts;
  }

  #addMany(counts: TagCounts, value: string, predictions: number): void {
    const { names, byValue } = counts;
    const gone = names.take(value);
    if (gone !== undefined) {
      counts.rest += byValue.get(gone) ?? 0;
      byValue.delete(gone);
    }
    if (names.has(value)) byValue.set(value, (byValue.get(value) ?? 0) + predictions);
    else counts.rest += predictions;
  }
}

/** The JSON of `SliceCounts`. */
export type StoredSlices = readonly {
  readonly tag: string;
  readonly max: number;
  readonly counts: readonly (readonly [value: string, predictions: number])[];
  readonly rest: number;
}[];

interface TagCounts {
  readonly names: KeptNames;
  readonly byValue: Map<string, number>;
  rest: number;
}
