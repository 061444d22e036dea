/**
 * ln Γ(a) for a > 0, within some 1e-15 of its size.
 *
 * @throws {RangeError} unless a > 0
 */
export function logGamma(a: number): number {
  if (!(a > 0)) throw new RangeError(`Cannot take the gamma function at ${a}: more than 0 is expected`);
  return (a - 0.5) * Math.log(a) - a + HALF_LOG_TWO_PI + stirlingRest(a);
}

/**
 * The regularised incomplete gamma functions: P(a, x) from 0 to x and Q(a, x) = 1 − P from x on, each to
 * full relative precision where it is the smaller one.
 *
 * @param a > 0
 * @param x ≥ 0
 * @see DLMF 8.9 and 8.11; Temme (1979), doi:10.1137/0510071, for large a
 */
export function incompleteGamma(a: number, x: number): { p: number; q: number } {
  if (!(a > 0) || !(x >= 0)) throw new RangeError(`Cannot take the incomplete gamma function at ${a}, ${x}`);
  if (x === 0) return { p: 0, q: 1 };
  if (x === Infinity) return { p: 1, q: 0 };
  if (a > LARGE && Math.abs(x - a) < 0.2 * a) return uniform(a, x);
  if (x < a + 1) {
    const p = lowerSeries(a, x);
    return { p, q: 1 - p };
  }
  const q = upperFraction(a, x);
  return { p: 1 - q, q };
}

/** The complementary error function, 2 at −∞ to 0 at ∞. */
export function erfc(z: number): number {
  const { p, q } = incompleteGamma(0.5, z * z);
  return z < 0 ? 1 + p : q;
}

/**
 * ln Γ(a) + x − a·ln x, without the cancellation of these three where a is large and x near it.
 *
 * @param a > 0
 * @param x > 0
 */
export function logGammaAgainst(a: number, x: number): number {
  return a * excess((x - a) / a) - 0.5 * Math.log(a) + HALF_LOG_TWO_PI + stirlingRest(a);
}

/** d − ln(1 + d), by its series where the two are nearly equal. */
function excess(d: number): number {
  if (Math.abs(d) > 0.05) return d - Math.log1p(d);
  let sum = 0;
  let power = d * d;
  for (let k = 2; Math.abs(power) > 1e-18 * Math.abs(sum) && k < 40; k++) {
    sum += power / k;
    power *= -d;
  }
  return sum;
}

/** ln Γ(a) less the main part of Stirling's formula: 1/(12a) − … */
function stirlingRest(a: number): number {
  // Below 10 the series is not good enough: Γ(a) = Γ(a + 1) / a leads there
  if (a < 10) {
    return stirlingRest(a + 1) + (a + 0.5) * Math.log1p(1 / a) - 1;
  }
  const z = 1 / (a * a);
  return (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - (z * 691) / 360360))))) / a;
}

/** x^a e^−x / Γ(a) */
function density(a: number, x: number): number {
  return Math.exp(-logGammaAgainst(a, x));
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = a + 1; term > sum * 1e-17; n++) {
    term *= x / n;
    sum += term;
  }
  return sum * density(a, x);
}

/** Lentz's way through the continued fraction of Γ(a, x). */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 100_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return h * density(a, x);
}

/** Temme's expansion, three terms of it, each as its series around x = a. */
function uniform(a: number, x: number): { p: number; q: number } {
  const d = (x - a) / a;
  const eta = Math.sign(d) * Math.sqrt(2 * excess(d));
  const rest =
    (Math.exp(-0.5 * a * eta * eta) / Math.sqrt(2 * Math.PI * a)) *
    (polynomial(TEMME_0, eta) + (polynomial(TEMME_1, eta) + polynomial(TEMME_2, eta) / a) / a);
  const z = eta * Math.sqrt(a / 2);
  return { p: 0.5 * erfc(-z) - rest, q: 0.5 * erfc(z) + rest };
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

const LARGE = 1000;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
/** The expansions of Temme's C₀, C₁ and C₂ in η, computed as fractions. */
const TEMME_0 = [
  -1 / 3,
  1 / 12,
  -2 / 135,
  1 / 864,
  1 / 2835,
  -139 / 777600,
  1 / 25515,
  -571 / 261273600,
  -281 / 151559100,
  8.296711340953087e-7,
  -1.7665952736826078e-7,
  6.707853543401498e-9,
  1.0261809784240309e-8,
  -4.382036018453353e-9,
  9.14769958223679e-10,
  -2.5514193994946248e-11,
  -5.830772132550426e-11,
  2.4361948020667415e-11,
];
const TEMME_1 = [
  -1 / 540,
  -1 / 288,
  1 / 378,
  -77 / 77760,
  1 / 4860,
  -1 / 2488320,
  -2743 / 151559100,
  7.64916091608111e-6,
  -11 / 6823440,
  4.647127802807434e-9,
  1.378633446915721e-7,
  -5.752545603517705e-8,
  1.1951628599778148e-8,
  -1.7543241719747647e-11,
];
const TEMME_2 = [
  25 / 6048,
  -139 / 51840,
  1 / 1296,
  1 / 497664,
  -6199 / 57736800,
  5531 / 104509440,
  -1219 / 95528160,
  3.423578734096138e-8,
  121 / 88179840,
  -6.298992138380055e-7,
];
