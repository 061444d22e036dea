import { incompleteGamma } from './gamma.ts';

/** A test made once, on samples of fixed size: its p-value means nothing on a page that is watched. */
export interface TestResult {
  readonly statistic: number;
  readonly p: number;
}

/**
 * The largest difference of two empirical distribution functions, 0..1.
 *
 * @param a ascending, not empty
 * @param b ascending, not empty
 */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length === 0 || b.length === 0) throw new RangeError('Cannot compare with no observation');
  let distance = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === x) i++;
    while (j < b.length && b[j] === x) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

/**
 * The two-sample Kolmogorov-Smirnov test, two-sided: exact (by counting lattice paths, without ties) up to
 * 10⁸ pairs, else by the limit distribution.
 *
 * @see Hodges (1958), doi:10.1007/BF02589501
 */
export function kolmogorovSmirnovTest(a: readonly number[], b: readonly number[]): TestResult {
  const statistic = kolmogorovSmirnov(Float64Array.from(a).sort(), Float64Array.from(b).sort());
  const exact = a.length * b.length <= PAIRS_EXACT_MAX;
  const p = exact ? pathsOutside(statistic, a.length, b.length) : limitTail(statistic, a.length, b.length);
  return { statistic, p: Math.min(1, Math.max(0, p)) };
}

/**
 * χ² of a contingency table of two rows: whether both samples have the same shares of categories. Not goodness of
 * fit, which takes the reference for the truth and is wrong far more often than it says. Categories that
 * neither has are left out; `undefined` with fewer than two.
 *
 * @param reference counts of each category
 * @param current the same in the same order
 */
export function chiSquareTest(
  reference: readonly number[],
  current: readonly number[],
): TestResult | undefined {
  if (reference.length !== current.length) throw new RangeError('Cannot compare different categories');
  const pairs = reference.map((n, i) => [n, current[i]!] as const).filter(([a, b]) => a + b > 0);
  const [total, totalNow] = [0, 1].map((k) => pairs.reduce((sum, pair) => sum + pair[k]!, 0)) as [
    number,
    number,
  ];
  if (pairs.length < 2 || !(total > 0) || !(totalNow > 0)) return undefined;
  let statistic = 0;
  for (const [a, b] of pairs) {
    const expected = ((a + b) * total) / (total + totalNow);
    const expectedNow = a + b - expected;
    statistic += (a - expected) ** 2 / expected + (b - expectedNow) ** 2 / expectedNow;
  }
  return { statistic, p: incompleteGamma((pairs.length - 1) / 2, statistic / 2).q };
}

const PAIRS_EXACT_MAX = 1e8;

/** The share of lattice paths from (0, 0) to (m, n) that are somewhere at least `distance` off the diagonal. */
function pathsOutside(distance: number, m: number, n: number): number {
  // Half a step of the lattice of possible distances below the one that was seen
  const limit = (Math.floor(distance * m * n - 1e-7) + 0.5) / (m * n);
  const inside = new Float64Array(n + 1);
  for (let j = 0; j <= n; j++) inside[j] = j / n > limit ? 0 : 1;
  for (let i = 1; i <= m; i++) {
    const w = i / (i + n);
    inside[0] = i / m > limit ? 0 : w * inside[0]!;
    for (let j = 1; j <= n; j++) {
      inside[j] = Math.abs(i / m - j / n) > limit ? 0 : w * inside[j]! + inside[j - 1]!;
    }
  }
  return 1 - inside[n]!;
}

function limitTail(distance: number, m: number, n: number): number {
  const square = (distance * distance * m * n) / (m + n);
  if (square < 0.01) return 1;
  let sum = 0;
  for (let k = 1; k < 101; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * square);
  return sum;
}
