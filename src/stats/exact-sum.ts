import { bitLength, dyadic, plus, scale, toNumber, ZERO } from './dyadic.ts';
import type { Dyadic } from './dyadic.ts';

/**
 * A sum of doubles and of their products without any rounding, so that the order of adding, taking out and
 * merging cannot show: the state is changed in place, and its value is rounded once, when read.
 *
 * Three doubles hold the sum as an expansion (what a double add rounds away goes to the next one: Knuth's
 * two-sum, which is exact); what the third rounds away goes to a superaccumulator of 32-bit chunks held in
 * doubles, which is made at the first need. A sum of numbers of like size never needs it.
 *
 * @see Neal (2015), Fast exact summation using small and large superaccumulators, arXiv:1505.05571
 * @see Shewchuk (1997), Adaptive precision floating-point arithmetic, doi:10.1007/PL00009321
 */
export interface ExactSum {
  high: number;
  mid: number;
  low: number;
  spill: Spill | undefined;
}

/** Chunk i counts units of 2^(32·i − 3328); between carries a chunk is a signed integer below 2^53. */
interface Spill {
  readonly chunks: Float64Array;
  addsSinceCarry: number;
}

/** Nothing added yet. */
export function emptySum(): ExactSum {
  return { high: 0, mid: 0, low: 0, spill: undefined };
}

/** Adds a finite number of at most 1e250 in size; to take one out add its negative. The caller checks. */
export function add(sum: ExactSum, value: number): void {
  const high = sum.high;
  const total = high + value;
  const part = total - high;
  const error = high - (total - part) + (value - part);
  sum.high = total;
  if (error !== 0) addBelow(sum, error);
}

/** Adds the first `count` values: the same sum as one by one, while it is held in registers. */
export function addAll(sum: ExactSum, values: Float64Array, count: number): void {
  let { high, mid, low } = sum;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    const total = high + value;
    const part = total - high;
    const error = high - (total - part) + (value - part);
    high = total;
    if (error === 0) continue;
    const total2 = mid + error;
    const part2 = total2 - mid;
    const error2 = mid - (total2 - part2) + (error - part2);
    mid = total2;
    if (error2 === 0) continue;
    const total3 = low + error2;
    const part3 = total3 - low;
    const error3 = low - (total3 - part3) + (error2 - part3);
    low = total3;
    if (error3 !== 0) addToChunks(sum, error3, 0);
  }
  sum.high = high;
  sum.mid = mid;
  sum.low = low;
}

/** Adds the squares of the first `count` values without rounding: each at most 1e250 in size. */
export function addSquares(sum: ExactSum, values: Float64Array, count: number): void {
  for (let from = 0; from < count; from += SQUARES) {
    const length = Math.min(SQUARES, count - from);
    for (let i = 0; i < length; i++) {
      const value = values[from + i]!;
      const square = value * value;
      const isTiny = square < PRODUCT_MIN;
      if (isTiny) addTinyProduct(sum, value, value);
      TOPS[i] = isTiny ? 0 : square;
      RESTS[i] = isTiny ? 0 : productRest(value, value, square);
    }
    addAll(sum, TOPS, length);
    addAll(sum, RESTS, length);
  }
}

/** Adds a · b without rounding: at most 1e250 in size. */
export function addProduct(sum: ExactSum, a: number, b: number): void {
  const product = a * b;
  if (product < PRODUCT_MIN && product > -PRODUCT_MIN) {
    addTinyProduct(sum, a, b);
    return;
  }
  add(sum, product);
  const rest = productRest(a, b, product);
  if (rest !== 0) addBelow(sum, rest);
}

/** Adds a · b · b without rounding: at most 1e250 in size. */
export function addWeightedSquare(sum: ExactSum, weight: number, value: number): void {
  if (weight === 1 || weight === -1) {
    addProduct(sum, weight * value, value);
    return;
  }
  const product = weight * value;
  if (product < PRODUCT_MIN && product > -PRODUCT_MIN) {
    if (weight === 0 || value === 0) return;
    const [a, b] = [lifted(weight), lifted(value)];
    const lift = a.lift + b.lift * 2;
    const top = a.value * b.value;
    addLifted(sum, top, b.value, lift);
    addLifted(sum, productRest(a.value, b.value, top), b.value, lift);
    return;
  }
  addProduct(sum, product, value);
  addProduct(sum, productRest(weight, value, product), value);
}

/** Adds all of `other`, which stays as it is. */
export function mergeSum(sum: ExactSum, other: ExactSum): void {
  const { high, mid, low, spill } = other;
  add(sum, high);
  add(sum, mid);
  add(sum, low);
  if (spill === undefined) return;
  const own = spilled(sum);
  carry(own);
  carry(spill);
  for (let i = 0; i < CHUNKS; i++) own.chunks[i]! += spill.chunks[i]!;
  own.addsSinceCarry = 2;
}

/** Adds all of `other` · 2^exponent without rounding; `other` stays as it is. @throws {RangeError} where a sum cannot hold it */
export function addScaledSum(sum: ExactSum, other: ExactSum, exponent: number): void {
  if (exponent === 0) {
    mergeSum(sum, other);
    return;
  }
  const exact = exactly(other);
  mergeSum(sum, sumOf({ units: exact.units, exponent: exact.exponent + exponent }));
}

/** The nearest double to the exact sum, ties to even; 0 (never −0) when nothing is left. */
export function valueOf(sum: ExactSum): number {
  // Two doubles added round once, which is all the rounding there is when nothing else is left.
  if (sum.low === 0 && sum.spill === undefined) return sum.high + sum.mid + 0;
  return toNumber(exactly(sum));
}

/** The sum without rounding. */
export function exactly(sum: ExactSum): Dyadic {
  const expansion = plus(plus(dyadic(sum.high), dyadic(sum.mid)), dyadic(sum.low));
  return sum.spill === undefined ? expansion : plus(expansion, chunksExactly(sum.spill));
}

/** The sum that `exactly` gave. @throws {RangeError} where it is outside of what a sum can hold */
export function sumOf(exact: Dyadic): ExactSum {
  const sum = emptySum();
  const negative = exact.units < 0n;
  let rest = negative ? -exact.units : exact.units;
  if (rest !== 0n && (exact.exponent < LOWEST_BIT || bitLength(rest) + exact.exponent > HIGHEST)) {
    throw new RangeError(`Cannot hold a sum with bits outside of 2^${LOWEST_BIT} to 2^${HIGHEST}`);
  }
  while (rest !== 0n) {
    const drop = BigInt(Math.max(0, bitLength(rest) - 53));
    const top = rest >> drop;
    const piece = negative ? -Number(top) : Number(top);
    const exponent = exact.exponent + Number(drop);
    if (exponent < -1074) addToChunks(sum, piece, exponent);
    else add(sum, scale(piece, exponent));
    rest -= top << drop;
  }
  return sum;
}

/** To the second double, and on to the third and the chunks: apart, so that `add` stays small. */
function addBelow(sum: ExactSum, value: number): void {
  const mid = sum.mid;
  const total = mid + value;
  const part = total - mid;
  const error = mid - (total - part) + (value - part);
  sum.mid = total;
  if (error === 0) return;
  const low = sum.low;
  const total2 = low + error;
  const part2 = total2 - low;
  const error2 = low - (total2 - part2) + (error - part2);
  sum.low = total2;
  if (error2 !== 0) addToChunks(sum, error2, 0);
}

/** What a · b has below its rounding: exact, by Dekker's product, away from overflow and underflow. */
function productRest(a: number, b: number, product: number): number {
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function addTinyProduct(sum: ExactSum, a: number, b: number): void {
  if (a === 0 || b === 0) return;
  const [aLifted, bLifted] = [lifted(a), lifted(b)];
  addLifted(sum, aLifted.value, bLifted.value, aLifted.lift + bLifted.lift);
}

/** a · b · 2^−lift, where a and b are far from underflow. */
function addLifted(sum: ExactSum, a: number, b: number, lift: number): void {
  const product = a * b;
  addToChunks(sum, product, -lift);
  addToChunks(sum, productRest(a, b, product), -lift);
}

/** value · 2^lift, at least 2^−300 in size, so that no product of three loses bits to underflow or overflows. */
function lifted(value: number): { value: number; lift: number } {
  let lift = 0;
  for (; Math.abs(value) < 2 ** -300; value *= 2 ** 250) lift += 250;
  return { value, lift };
}

/** Adds value · 2^exponent to the chunks. */
function addToChunks(sum: ExactSum, value: number, exponent: number): void {
  if (value === 0) return;
  const spill = spilled(sum);
  if (spill.addsSinceCarry >= ADDS_PER_CARRY) carry(spill);
  spill.addsSinceCarry++;
  FLOAT[0] = value;
  const word = WORDS[HIGH_WORD]!;
  const low = WORDS[1 - HIGH_WORD]!;
  const field = (word >>> 20) & 0x7ff;
  const high = field === 0 ? word & 0xfffff : (word & 0xfffff) | 0x100000;
  const position = (field === 0 ? 1 : field) - 1075 + exponent - LOWEST;
  const chunk = position >>> 5;
  const shift = position & 31;
  const sign = value < 0 ? -1 : 1;
  const { chunks } = spill;
  // The mantissa, 21 bits over 32, shifted left: by arithmetic where 32-bit shifts would lose bits.
  const power = 2 ** shift;
  const lowShifted = low * power;
  const lowCarry = Math.floor(lowShifted / BASE);
  const highShifted = high * power + lowCarry;
  const highCarry = Math.floor(highShifted / BASE);
  chunks[chunk]! += sign * ((low << shift) >>> 0);
  chunks[chunk + 1]! += sign * (highShifted - highCarry * BASE);
  chunks[chunk + 2]! += sign * highCarry;
}

function spilled(sum: ExactSum): Spill {
  sum.spill ??= { chunks: new Float64Array(CHUNKS), addsSinceCarry: 0 };
  return sum.spill;
}

/** Makes every chunk but the top one 0..2^32 − 1 again. */
function carry(spill: Spill): void {
  const { chunks } = spill;
  for (let i = 0; i < CHUNKS - 1; i++) {
    const over = Math.floor(chunks[i]! / BASE);
    chunks[i]! -= over * BASE;
    chunks[i + 1]! += over;
  }
  spill.addsSinceCarry = 1;
}

function chunksExactly(spill: Spill): Dyadic {
  carry(spill);
  let units = 0n;
  let bottom = 0;
  while (bottom < CHUNKS && spill.chunks[bottom] === 0) bottom++;
  if (bottom === CHUNKS) return ZERO;
  for (let i = CHUNKS - 1; i >= bottom; i--) units = (units << 32n) + BigInt(spill.chunks[i]!);
  return { units, exponent: LOWEST + 32 * bottom };
}

const BASE = 2 ** 32;
/** Below three times the last place of the denormals, −3222: where the product of any three doubles ends. */
const LOWEST_BIT = -3264;
/** Room for the 53 bits of a double whose lowest set bit is its first. */
const LOWEST = LOWEST_BIT - 64;
/** 2^53 products of 1e250 are below 2^896. */
const HIGHEST = 896;
const CHUNKS = (HIGHEST - LOWEST) / 32 + 2;
/** An add puts less than 2^32 on a chunk, and a double holds 2^53: this leaves half of it for merging. */
const ADDS_PER_CARRY = 2 ** 20;
/** A product below this may have bits below the denormals. */
const PRODUCT_MIN = 2 ** -900;
/** Splits a double into two of 26 bits: Dekker (1971), doi:10.1007/BF01397083. */
const SPLITTER = 2 ** 27 + 1;
/** Squares at a time, and what each has above and below its rounding. */
const SQUARES = 256;
const TOPS = new Float64Array(SQUARES);
const RESTS = new Float64Array(SQUARES);
const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
