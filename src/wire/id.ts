import type { IdToken } from './records.ts';

/** Equal for two tokens exactly when they name the same id. A key of a string begins with `"`, one of a number does not. */
export type IdKey = string;

/** Tokens of more characters are refused: an id is kept for weeks. */
export const ID_LENGTH_MAX = 1024;

/**
 * The canonical key of an id: equal for the same decoded string, and for numbers of the same exact decimal
 * value (`1700000000.0`, `1700000000` and `1.7e9`), whatever their size. A string is never a number.
 *
 * @param token a JSON string or a JSON number, as decoding a message gives it
 */
export function idKey(token: IdToken): IdKey {
  if (token.charCodeAt(0) !== QUOTE) return numberKey(token);
  return token.includes('\\') ? JSON.stringify(JSON.parse(token)) : token;
}

/** How an id stands in the log: a number is its token, a string its decoded text. */
export function idText(token: IdToken): string {
  if (token.charCodeAt(0) !== QUOTE) return token;
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}

/**
 * The token of an id that was made here.
 *
 * @throws {RangeError} on NaN and infinities, which are no JSON numbers
 */
export function idToken(id: string | number): IdToken {
  if (typeof id === 'number' && !Number.isFinite(id)) throw new RangeError(`An id cannot be ${id}`);
  return JSON.stringify(id);
}

const QUOTE = 34;
const DOT = 46;
const ZERO = 48;
const UPPER_E = 69;
const LOWER_E = 101;

/** Up to so many digits before and after the point a number's key is written out; beyond, as digits and exponent. */
const PLAIN_DIGITS_MAX = 40;

function numberKey(token: string): IdKey {
  let dot = token.length;
  for (let at = 0; at < token.length; at++) {
    const code = token.charCodeAt(at);
    if (code === DOT) dot = at;
    else if (code === LOWER_E || code === UPPER_E) return scaledKey(token);
  }
  if (dot > PLAIN_DIGITS_MAX || token.length - dot > PLAIN_DIGITS_MAX) return scaledKey(token);
  let end = token.length;
  if (dot < end) {
    while (token.charCodeAt(end - 1) === ZERO) end--;
    if (end === dot + 1) end = dot;
  }
  const plain = end === token.length ? token : token.slice(0, end);
  return plain === '-0' ? '0' : plain;
}

/** The same key from a number's digits and exponent. The exponent is only ever compared and written, never raised. */
function scaledKey(token: string): IdKey {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const padded = whole + fraction;
  let start = 0;
  while (padded.charCodeAt(start) === ZERO) start++;
  if (start === padded.length) return '0';
  let end = padded.length;
  while (padded.charCodeAt(end - 1) === ZERO) end--;
  const digits = padded.slice(start, end);
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(padded.length - end);
  const wholeLength = BigInt(digits.length) + scale;
  if (wholeLength > PLAIN_DIGITS_MAX || scale < -PLAIN_DIGITS_MAX) return `${sign}${digits}e${scale}`;
  if (scale >= 0n) return sign + digits + '0'.repeat(Number(scale));
  const split = Number(wholeLength);
  if (split > 0) return `${sign}${digits.slice(0, split)}.${digits.slice(split)}`;
  return `${sign}0.${'0'.repeat(-split)}${digits}`;
}
