import type { Histogram } from '../../wire/snapshot.ts';

/**
 * The same counts in as many bins as so many rows can fill: ten rows in sixty bins are a comb, not a shape.
 * Neighbours are added up until fewer than twice 2·n^(1/3) bins are left (Rice's rule), at least 8.
 *
 * @param rows how many errors are counted
 */
export function coarsen(histogram: Histogram, rows: number): Histogram {
  const binsWanted = Math.max(8, Math.ceil(2 * Math.cbrt(rows)));
  let { width, counts, above } = histogram;
  while (counts.length >= 2 * binsWanted) {
    // A last bin without a neighbour joins the rest: of the rest it is not known where it lies.
    const paired = above > 0 && counts.length % 2 === 1 ? counts.slice(0, -1) : counts;
    above += paired === counts ? 0 : (counts.at(-1) ?? 0);
    counts = Array.from(
      { length: Math.ceil(paired.length / 2) },
      (_, i) => (paired[2 * i] ?? 0) + (paired[2 * i + 1] ?? 0),
    );
    width *= 2;
  }
  return { width, counts, above };
}
