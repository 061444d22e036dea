import { ModelLoadError } from '../../load-error.ts';

const LONG_BYTES_MAX = 64;

/** A little-endian two's-complement integer of any length up to 64 bytes. */
export function readLong(bytes: Uint8Array): number | bigint {
  if (bytes.length > LONG_BYTES_MAX) throw new ModelLoadError('it holds an integer of more than 512 bits');
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at] as number);
  return narrow(BigInt.asIntN(8 * bytes.length, value));
}

/** An integer as protocol 0 writes it: `7`, `7L`, and `01` and `00` for True and False. */
export function readIntLine(line: string): number | bigint | boolean {
  if (line === '01') return true;
  if (line === '00') return false;
  const digits = line.endsWith('L') ? line.slice(0, -1) : line;
  if (!/^-?\d{1,155}$/.test(digits))
    throw new ModelLoadError('it is damaged: an integer has other characters');
  return narrow(BigInt(digits));
}

/** A float as protocol 0 writes it: Python's repr. */
export function readFloatLine(line: string): number {
  if (line === 'nan' || line === '-nan') return NaN;
  if (line === 'inf' || line === '-inf') return line === 'inf' ? Infinity : -Infinity;
  if (!/^-?[\d.]+(e[+-]?\d+)?$/i.test(line))
    throw new ModelLoadError('it is damaged: a float has other characters');
  return Number(line);
}

/** A quoted byte string as protocol 0 writes it, read as latin-1. */
export function readStringLine(line: string): string {
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || !line.endsWith(quote)) {
    throw new ModelLoadError('it is damaged: a text is not quoted');
  }
  return unescape(line.slice(1, -1), /\\(x[\da-f]{2}|[\\'"abfnrtv])/gi);
}

/** A text in raw-unicode-escape, as protocol 0 writes it. */
export function readUnicodeLine(line: string): string {
  return unescape(line, /\\(u[\da-f]{4}|U[\da-f]{8})/g);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function unescape(text: string, pattern: RegExp): string {
  return text.replace(pattern, (_, escaped: string) => {
    if (escaped.length === 1) return ESCAPES.get(escaped) ?? escaped;
    const code = Number.parseInt(escaped.slice(1), 16);
    if (code > 0x10ffff)
      throw new ModelLoadError('it is damaged: a text has a character that does not exist');
    return String.fromCodePoint(code);
  });
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
