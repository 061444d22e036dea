import type { StateReader, StateWriter } from './state-bytes.ts';

/**
 * Counts of non-negative numbers in buckets of equal relative width: every power of two is cut into 128
 * buckets of equal width, so a bucket is the sign-free exponent and the first 7 bits of the mantissa.
 * Counts are whole numbers, so adding, taking out and merging is exact in any order, and any quantile is
 * within `RELATIVE_ERROR` of the exact one. Below 2^−1022 a number counts as 0.
 *
 * DDSketch (Masson, Rim and Lee 2019, doi:10.14778/3352063.3352135) with the linear interpolation of HdrHistogram
 * in place of a logarithm: the edges are exact in binary, which lets `linearBins` be exact too.
 */
export interface CountSketch {
  zeros: number;
  /** Exponent field of the first page; pages of an exponent that never came are absent. */
  first: number;
  readonly pages: (Float64Array | undefined)[];
}

/** A bucket of [a, a·(1 + 1/128)) at worst, answered by the value that errs least at both ends. */
export const RELATIVE_ERROR = 1 / 257;

/** Nothing counted yet. */
export function emptySketch(): CountSketch {
  return { zeros: 0, first: 0, pages: [] };
}

/** Adds `count` (negative takes out) of `value`, a finite number ≥ 0. The caller checks. */
export function addCount(sketch: CountSketch, value: number, count: number): void {
  FLOAT[0] = value;
  const bucket = WORDS[HIGH_WORD]! >>> 13;
  const field = bucket >>> 7;
  if (field === 0) {
    sketch.zeros += count;
    return;
  }
  const page = sketch.pages[field - sketch.first] ?? newPage(sketch, field);
  page[bucket & 127]! += count;
}

/** Adds all of `other`, which stays as it is. */
export function mergeSketch(sketch: CountSketch, other: CountSketch): void {
  sketch.zeros += other.zeros;
  for (const [i, page] of other.pages.entries()) {
    if (page === undefined) continue;
    const field = other.first + i;
    const own = sketch.pages[field - sketch.first] ?? newPage(sketch, field);
    for (let bucket = 0; bucket < BUCKETS; bucket++) own[bucket]! += page[bucket]!;
  }
}

/** How many numbers are in it. */
export function countOf(sketch: CountSketch): number {
  let count = sketch.zeros;
  for (const page of sketch.pages) if (page !== undefined) count += pageCount(page);
  return count;
}

/**
 * The quantiles by linear interpolation between order statistics (numpy's default), each order statistic within
 * `RELATIVE_ERROR`; `undefined` for all when nothing is in it.
 *
 * @param ratios each 0..1
 */
export function sketchQuantiles(sketch: CountSketch, ratios: readonly number[]): (number | undefined)[] {
  const count = countOf(sketch);
  if (count <= 0) return ratios.map(() => undefined);
  const ranks = ratios.map((ratio) => ratio * (count - 1));
  const values = orderStatistics(
    sketch,
    ranks.flatMap((rank) => [Math.floor(rank), Math.ceil(rank)]),
  );
  return ranks.map((rank) => {
    const low = values.get(Math.floor(rank))!;
    const high = values.get(Math.ceil(rank))!;
    return low + (high - low) * (rank - Math.floor(rank));
  });
}

/**
 * A quantile of signed numbers, kept as a sketch of those from 0 on and one of the sizes of those below.
 *
 * @throws {RangeError} when nothing is in them
 */
export function signedQuantile(
  sketches: { readonly positive: CountSketch; readonly negative: CountSketch },
  quantile: number,
): number {
  const below = countOf(sketches.negative);
  const count = below + countOf(sketches.positive);
  if (!(count > 0)) throw new RangeError('Cannot take a quantile of nothing');
  const rank = quantile * (count - 1);
  const [low, high] = [Math.floor(rank), Math.ceil(rank)].map((at) =>
    at < below
      ? -orderStatistics(sketches.negative, [below - 1 - at]).get(below - 1 - at)!
      : orderStatistics(sketches.positive, [at - below]).get(at - below)!,
  ) as [number, number];
  return low + (high - low) * (rank - Math.floor(rank));
}

/** Counts in bins of equal width that begin at 0: bin i covers [i·width, (i+1)·width). */
export interface LinearBins {
  /** A power of two. */
  readonly width: number;
  /** Up to the last bin that is not empty. */
  readonly counts: readonly number[];
  /** What lies beyond the last bin. */
  readonly above: number;
}

/**
 * The counts in bins of equal width, exactly: a bucket never straddles two bins. `undefined` when nothing is in it.
 *
 * @param options.binsMax 8..128
 * @param options.insideRatio the width is the smallest power of two with which `binsMax` bins hold at least this share
 */
export function linearBins(
  sketch: CountSketch,
  options: { readonly binsMax: number; readonly insideRatio: number },
): LinearBins | undefined {
  const { binsMax, insideRatio } = options;
  if (!Number.isInteger(binsMax) || binsMax < 8 || binsMax > BUCKETS) {
    throw new RangeError(`Cannot make ${binsMax} bins: 8 to ${BUCKETS}`);
  }
  const count = countOf(sketch);
  if (count <= 0) return undefined;
  const rank = Math.min(count - 1, Math.ceil(insideRatio * count) - 1);
  const reach = bucketEdges(sketch, rank).high;
  const width = reach === 0 ? 1 : 2 ** Math.ceil(Math.log2(reach / binsMax));
  const counts = Array.from({ length: binsMax }, () => 0);
  let above = 0;
  counts[0] = sketch.zeros;
  forEachBucket(sketch, (low, _high, n) => {
    const bin = Math.floor(low / width);
    if (bin < binsMax) counts[bin]! += n;
    else above += n;
  });
  while (counts.length > 1 && counts.at(-1) === 0) counts.pop();
  return { width, counts, above };
}

/**
 * The counts between edges of one's own: bin i covers [edges[i], edges[i + 1]), the first one what is below, the last one
 * what is above, too. A bucket that an edge divides is counted where most of it lies, so a count is off by no more
 * than the numbers within `RELATIVE_ERROR` of an edge.
 *
 * @param edges rising, at least two
 */
export function countsBetween(sketch: CountSketch, edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length - 1 }, () => 0);
  counts[0]! += sketch.zeros;
  let bin = 0;
  forEachBucket(sketch, (low, high, n) => {
    while (bin < counts.length - 1 && (low + high) / 2 >= edges[bin + 1]!) bin++;
    counts[bin]! += n;
  });
  return counts;
}

/** Visits every bucket that is not empty in one of two sketches, in order, what counts as 0 first: both counts. */
export function forEachPair(a: CountSketch, b: CountSketch, visit: (a: number, b: number) => void): void {
  if (a.zeros !== 0 || b.zeros !== 0) visit(a.zeros, b.zeros);
  const end = Math.max(a.first + a.pages.length, b.first + b.pages.length);
  for (let field = Math.min(a.first, b.first); field < end; field++) {
    const [pageA, pageB] = [a.pages[field - a.first], b.pages[field - b.first]];
    if (pageA === undefined && pageB === undefined) continue;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const [n, m] = [pageA?.[bucket] ?? 0, pageB?.[bucket] ?? 0];
      if (n !== 0 || m !== 0) visit(n, m);
    }
  }
}

/** Writes the counts that are not 0. */
export function writeSketch(writer: StateWriter, sketch: CountSketch): void {
  writer.integer(sketch.zeros);
  let next = 0;
  for (const [i, page] of sketch.pages.entries()) {
    if (page === undefined) continue;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const n = page[bucket]!;
      if (n === 0) continue;
      const index = (sketch.first + i) * BUCKETS + bucket;
      writer.integer(index - next + 1);
      writer.integer(n);
      next = index + 1;
    }
  }
  writer.integer(0);
}

/** Reads what `writeSketch` wrote. @throws {RangeError} on bytes that are no sketch */
export function readSketch(reader: StateReader): CountSketch {
  const sketch = emptySketch();
  sketch.zeros = reader.integer();
  let next = 0;
  for (let gap = reader.integer(); gap !== 0; gap = reader.integer()) {
    const index = next + gap - 1;
    const field = Math.floor(index / BUCKETS);
    if (gap < 0 || field < 1 || field >= 2047) throw new RangeError('Cannot read a state: no such bucket');
    const page = sketch.pages[field - sketch.first] ?? newPage(sketch, field);
    page[index % BUCKETS] = reader.integer();
    next = index + 1;
  }
  return sketch;
}

function newPage(sketch: CountSketch, field: number): Float64Array {
  const { pages } = sketch;
  if (pages.length === 0) sketch.first = field;
  for (; field < sketch.first; sketch.first--) pages.unshift(undefined);
  while (sketch.first + pages.length <= field) pages.push(undefined);
  const page = new Float64Array(BUCKETS);
  pages[field - sketch.first] = page;
  return page;
}

/** The values at the given ranks (0 is the smallest). */
function orderStatistics(sketch: CountSketch, ranks: readonly number[]): Map<number, number> {
  const ascending = ranks.toSorted((a, b) => a - b);
  const values = new Map<number, number>();
  let next = 0;
  for (; next < ascending.length && ascending[next]! < sketch.zeros; next++) values.set(ascending[next]!, 0);
  let seen = sketch.zeros;
  for (let i = 0; i < sketch.pages.length && next < ascending.length; i++) {
    const page = sketch.pages[i];
    if (page === undefined) continue;
    const after = seen + pageCount(page);
    // A page without one of the ranks is passed as a whole
    for (let bucket = 0; next < ascending.length && ascending[next]! < after && bucket < BUCKETS; bucket++) {
      seen += page[bucket]!;
      const low = 2 ** (sketch.first + i - 1023) * (1 + bucket / BUCKETS);
      const high = 2 ** (sketch.first + i - 1023) * (1 + (bucket + 1) / BUCKETS);
      const middle = (2 * low) / (1 + low / high);
      for (; next < ascending.length && ascending[next]! < seen; next++) values.set(ascending[next]!, middle);
    }
    seen = after;
  }
  return values;
}

function pageCount(page: Float64Array): number {
  let count = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) count += page[bucket]!;
  return count;
}

function bucketEdges(sketch: CountSketch, rank: number): { low: number; high: number } {
  let seen = sketch.zeros;
  let edges = { low: 0, high: 0 };
  let found = rank < seen;
  forEachBucket(sketch, (low, high, n) => {
    seen += n;
    if (!found && rank < seen) edges = { low, high };
    found ||= rank < seen;
  });
  return edges;
}

function forEachBucket(sketch: CountSketch, visit: (low: number, high: number, n: number) => void): void {
  for (const [i, page] of sketch.pages.entries()) {
    if (page === undefined) continue;
    const octave = 2 ** (sketch.first + i - 1023);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const n = page[bucket]!;
      if (n !== 0) visit(octave * (1 + bucket / BUCKETS), octave * (1 + (bucket + 1) / BUCKETS), n);
    }
  }
}

const BUCKETS = 128;
const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
