import { HashFilter } from './hash-filter.ts';

/**
 * One filter over all segments: says of a new id with one look that it is in none of them, where asking each would take
 * fifteen and more. It grows by filters for half as many again as there are (a scalable Bloom filter: Almeida, Baquero,
 * Preguiça and Hutchison 2007, doi:10.1016/j.ipl.2006.10.007), so that at most a third of the memory waits for more. What is
 * in no segment any more stays until all is forgotten.
 */
export class KnownHashes {
  /** The one that fills is the first. */
  #filters: readonly HashFilter[] = [];
  #room = 0;
  #count = 0;
  #generation = 0;

  /** Different hashes, about. */
  get count(): number {
    return this.#count;
  }

  /** Counts how often all was forgotten: what was added in an earlier generation is not here any more. */
  get generation(): number {
    return this.#generation;
  }

  /** Forgets everything. */
  clear(): void {
    this.#filters = [];
    this.#room = 0;
    this.#count = 0;
    this.#generation++;
  }

  add(hash: number): void {
    if (this.mayHave(hash)) return;
    if (this.#room === 0) {
      this.#room = Math.max(HASHES_MIN, Math.ceil(this.#count / 2));
      this.#filters = [HashFilter.for(this.#room, BITS_PER_HASH), ...this.#filters];
    }
    this.#filters[0]!.add(hash);
    this.#room--;
    this.#count++;
  }

  /** False: it was certainly not added. */
  mayHave(hash: number): boolean {
    for (const filter of this.#filters) if (filter.mayHave(hash)) return true;
    return false;
  }
}

/** A third of a megabyte. */
const HASHES_MIN = 262_144;
/** At ten million hashes, ten filters, a new one seems to be known about 1 time in 9: then each segment is asked. */
const BITS_PER_HASH = 10;
