/**
 * A number written exactly: units · 2^exponent. Every finite double is one, and sums and products of them
 * stay exact. For reading figures once in a while, not for adding outcomes.
 */
export interface Dyadic {
  readonly units: bigint;
  readonly exponent: number;
}

/** Nothing. */
export const ZERO: Dyadic = { units: 0n, exponent: 0 };

/** A double, exactly. @throws {RangeError} on NaN and infinities */
export function dyadic(value: number): Dyadic {
  if (!Number.isFinite(value)) throw new RangeError(`Cannot write ${value} exactly: it is not finite`);
  if (value === 0) return ZERO;
  FLOAT[0] = value;
  const high = WORDS[HIGH_WORD]!;
  const field = (high >>> 20) & 0x7ff;
  const fraction = (high & 0xfffff) * 2 ** 32 + WORDS[1 - HIGH_WORD]!;
  const units = BigInt(field === 0 ? fraction : fraction + 2 ** 52);
  return { units: value < 0 ? -units : units, exponent: Math.max(field, 1) - 1075 };
}

/** a + b, exactly. */
export function plus(a: Dyadic, b: Dyadic): Dyadic {
  if (a.units === 0n) return b;
  if (b.units === 0n) return a;
  const exponent = Math.min(a.exponent, b.exponent);
  const units = (a.units << BigInt(a.exponent - exponent)) + (b.units << BigInt(b.exponent - exponent));
  return { units, exponent };
}

/** a − b, exactly. */
export function minus(a: Dyadic, b: Dyadic): Dyadic {
  return plus(a, { units: -b.units, exponent: b.exponent });
}

/** a · b, exactly. */
export function times(a: Dyadic, b: Dyadic): Dyadic {
  return { units: a.units * b.units, exponent: a.exponent + b.exponent };
}

/** The nearest double, ties to even; ±Infinity beyond the largest one. */
export function toNumber({ units, exponent }: Dyadic): number {
  if (units === 0n) return 0;
  const negative = units < 0n;
  const magnitude = negative ? -units : units;
  // The last place of the result: 53 bits of it, or the last place of the denormals.
  const last = Math.max(bitLength(magnitude) + exponent - 53, -1074);
  const drop = last - exponent;
  const kept = drop > 0 ? roundShift(magnitude, BigInt(drop)) : magnitude << BigInt(-drop);
  const size = scale(Number(kept), last);
  return negative ? -size : size;
}

/**
 * The nearest double to a / b, ties to even.
 *
 * @throws {RangeError} when b is zero
 */
export function ratio(a: Dyadic, b: Dyadic): number {
  if (b.units === 0n) throw new RangeError('Cannot divide by an exact zero');
  const negative = a.units < 0n !== b.units < 0n;
  const top = a.units < 0n ? -a.units : a.units;
  const bottom = b.units < 0n ? -b.units : b.units;
  const shift = Math.max(0, 56 - (bitLength(top) - bitLength(bottom)));
  const shifted = top << BigInt(shift);
  const quotient = shifted / bottom;
  // One sticky bit below 56 good ones: it decides ties as the whole remainder would.
  const units = (quotient << 1n) | (quotient * bottom === shifted ? 0n : 1n);
  const size = toNumber({ units, exponent: a.exponent - b.exponent - shift - 1 });
  return negative ? -size : size;
}

/** Bits of a non-negative number, 0 for 0. */
export function bitLength(magnitude: bigint): number {
  if (magnitude === 0n) return 0;
  const hex = magnitude.toString(16);
  return hex.length * 4 - (Math.clz32(Number.parseInt(hex[0]!, 16)) - 28);
}

/** value · 2^exponent in steps that neither overflow nor round twice (value is an integer of at most 53 bits). */
export function scale(value: number, exponent: number): number {
  if (exponent > 970) return value * 2 ** 970 * 2 ** (exponent - 970);
  if (exponent < -1074) return value * 2 ** -1022 * 2 ** (exponent + 1022);
  return value * 2 ** exponent;
}

function roundShift(magnitude: bigint, drop: bigint): bigint {
  const kept = magnitude >> drop;
  const rest = magnitude - (kept << drop);
  const half = 1n << (drop - 1n);
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
}

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);
/** 1 where the machine is little-endian, as all that Node runs on are but one. */
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
