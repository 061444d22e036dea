/**
 * Population stability index: Σ(q − p) ln(q / p) over bins, 0 to ∞. An empty bin counts as `floor`, which decides
 * much of the result: name it when comparing with other tools.
 *
 * @param reference counts or weights of each bin
 * @param current the same of the bins in the same order
 * @param floor share, above 0
 */
export function psi(reference: readonly number[], current: readonly number[], floor = 0.0001): number {
  return sumOver(reference, current, (p, q) => {
    const [a, b] = [p === 0 ? floor : p, q === 0 ? floor : q];
    return (b - a) * Math.log(b / a);
  });
}

/**
 * Jensen-Shannon distance: the root of the divergence, 0..√(ln 2) in base e, 0..1 in base 2.
 *
 * @see Endres and Schindelin (2003), doi:10.1109/TIT.2003.813506
 */
export function jensenShannon(
  reference: readonly number[],
  current: readonly number[],
  base = Math.E,
): number {
  const part = (p: number, m: number): number => (p === 0 ? 0 : p * Math.log(p / m));
  const divergence = sumOver(reference, current, (p, q) => {
    const middle = (p + q) / 2;
    return (part(p, middle) + part(q, middle)) / 2;
  });
  return Math.sqrt(Math.max(0, divergence) / Math.log(base));
}

/** Hellinger distance, 0..1. */
export function hellinger(reference: readonly number[], current: readonly number[]): number {
  return Math.sqrt(sumOver(reference, current, (p, q) => (Math.sqrt(p) - Math.sqrt(q)) ** 2) / 2);
}

/**
 * Wasserstein distance of two samples (earth mover's, first order), in units of the values.
 *
 * @throws {RangeError} where one of them is empty
 */
export function wasserstein(reference: readonly number[], current: readonly number[]): number {
  if (reference.length === 0 || current.length === 0) throw new RangeError('Cannot compare with no value');
  const [a, b] = [Float64Array.from(reference).sort(), Float64Array.from(current).sort()];
  let [i, j, distance] = [0, 0, 0];
  let last = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const next = Math.min(i < a.length ? a[i]! : Infinity, j < b.length ? b[j]! : Infinity);
    distance += Math.abs(i / a.length - j / b.length) * (next - last);
    while (i < a.length && a[i] === next) i++;
    while (j < b.length && b[j] === next) j++;
    last = next;
  }
  return distance;
}

/**
 * Wasserstein distance in standard deviations (with n) of the reference; `undefined` where that has none.
 */
export function normedWasserstein(
  reference: readonly number[],
  current: readonly number[],
): number | undefined {
  const distance = wasserstein(reference, current);
  const mean = reference.reduce((sum, x) => sum + x, 0) / reference.length;
  const deviation = Math.sqrt(reference.reduce((sum, x) => sum + (x - mean) ** 2, 0) / reference.length);
  return deviation > 0 ? distance / deviation : undefined;
}

function sumOver(
  reference: readonly number[],
  current: readonly number[],
  term: (p: number, q: number) => number,
): number {
  const [total, totalNow] = [reference, current].map((counts) => counts.reduce((sum, n) => sum + n, 0)) as [
    number,
    number,
  ];
  if (reference.length !== current.length || !(total > 0) || !(totalNow > 0)) {
    throw new RangeError(
      `Cannot compare ${reference.length} bins of ${total} with ${current.length} of ${totalNow}`,
    );
  }
  return reference.reduce((sum, n, i) => sum + term(n / total, current[i]! / totalNow), 0);
}
