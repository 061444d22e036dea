/**
 * The part of α that the k-th thing to be watched gets (figures, slices, and each new watch after an alarm was
 * resolved), when nobody knows how many there will be: 6 / (π² k²), which sums to 1. An alarm is raised where its
 * evidence is at least 1 / (share · α).
 *
 * @param k 1, 2, …
 * @throws {RangeError} on any other number
 */
export function budgetShare(k: number): number {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`Cannot give a share of the alarm budget to number ${k}`);
  return 6 / (Math.PI * Math.PI * k * k);
}

/**
 * e-BH: which of the e-values look bad now, with a false discovery rate of at most α whatever their dependence. For
 * e-processes; the evidence of an e-detector is no e-value.
 *
 * @param evidence e-values, ≥ 0
 * @returns indices, the largest evidence first
 * @throws {RangeError} on a level that is not in 0..1, exclusive, or evidence that is none
 * @see Wang and Ramdas (2022), doi:10.1111/rssb.12489
 */
export function eBenjaminiHochberg(evidence: readonly number[], alpha: number): number[] {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`Cannot keep a false discovery rate of ${alpha}`);
  if (evidence.some((e) => !(e >= 0)))
    throw new RangeError('Cannot rank evidence that is no number from 0 on');
  const order = evidence.map((_, i) => i).sort((a, b) => evidence[b]! - evidence[a]!);
  let found = 0;
  for (const [i, index] of order.entries()) {
    if ((i + 1) * evidence[index]! >= evidence.length / alpha) found = i + 1;
  }
  return order.slice(0, found);
}
