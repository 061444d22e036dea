import { incompleteGamma, logGamma, logGammaAgainst } from './gamma.ts';

/** What shapes the boundary: `scale` is c of a sub-exponential process, `rho` weighs early against late. */
export interface MixtureShape {
  /** > 0; see `oneSidedRho` */
  readonly rho: number;
  /** > 0; 1 for observations in [0, 1] */
  readonly scale: number;
}

/**
 * The gamma-exponential mixture boundary: a sub-exponential process S with variance process V is ever
 * above it with probability at most α, whenever one looks.
 *
 * @param variance V ≥ 0
 * @param logThreshold ln(1/α) > 0
 * @returns the smallest S that crosses; grows as √(V ln V)
 * @throws {RangeError} on input that cannot occur
 * @see Howard, Ramdas, McAuliffe and Sekhon (2021), Proposition 9, doi:10.1214/20-AOS1991
 */
export function gammaExponentialBound(variance: number, logThreshold: number, shape: MixtureShape): number {
  if (!(variance >= 0) || !(logThreshold > 0) || !(shape.rho > 0) || !(shape.scale > 0)) {
    throw new RangeError(`Cannot bound a variance of ${variance} at ln(1/α) = ${logThreshold}`);
  }
  let low = 0;
  let high = Math.sqrt(variance + 1) * (1 + logThreshold) + shape.scale;
  while (logMixture(high, variance, shape) < logThreshold) {
    low = high;
    high *= 2;
  }
  // Newton's steps; the mixture grows with S, so a step out of the bracket is replaced by its middle
  let sum = high;
  for (let i = 0; i < 100 && high - low > 1e-14 * high; i++) {
    const above = logMixture(sum, variance, shape) - logThreshold;
    if (above < 0) low = sum;
    else high = sum;
    const next = sum - above / slope(sum, variance, shape);
    if (Math.abs(next - sum) <= 1e-14 * sum) break;
    sum = next > low && next < high ? next : (low + high) / 2;
  }
  return sum;
}

/**
 * The ρ with which a one-sided boundary at level α is tightest where V = `varianceOpt`.
 *
 * @param varianceOpt > 0
 * @param alpha 0..½, exclusive
 */
export function oneSidedRho(varianceOpt: number, alpha: number): number {
  if (!(varianceOpt > 0) || !(alpha > 0 && alpha < 0.5)) {
    throw new RangeError(`Cannot tune a boundary at V = ${varianceOpt}, α = ${alpha}`);
  }
  const twice = 2 * Math.log(1 / (2 * alpha));
  return varianceOpt / (twice + Math.log1p(twice));
}

/** ln of the mixture supermartingale at S, V. */
export function logMixture(sum: number, variance: number, { rho, scale }: MixtureShape): number {
  const square = scale * scale;
  const r = rho / square;
  const a = (variance + rho) / square;
  const x = (scale * sum + variance + rho) / square;
  const leading = r * Math.log(r) - logGamma(r) - Math.log(incompleteGamma(r, r).p);
  return leading + logGammaAgainst(a, x) + Math.log(incompleteGamma(a, x).p) - r;
}

/** How fast `logMixture` grows with S. */
function slope(sum: number, variance: number, { rho, scale }: MixtureShape): number {
  const square = scale * scale;
  const a = (variance + rho) / square;
  const x = (scale * sum + variance + rho) / square;
  const density = Math.exp(-logGammaAgainst(a, x)) / x;
  return (1 - a / x + density / incompleteGamma(a, x).p) / scale;
}
