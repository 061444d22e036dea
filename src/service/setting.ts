import {
  DURATION,
  DURATION_RANGE,
  parseDurationMs,
  parseDurationRange,
  type DurationRange,
} from '../wire/duration.ts';
import { WINDOW, type Window, parseWindow } from '../wire/window.ts';
import { AftermathError } from './errors.ts';

/**
 * One setting: a flag, an `AFTERMATH_…` variable and a line of the config file, all three of one text form.
 *
 * @typeParam T what the text means; `undefined` where the setting has no default
 */
export interface Setting<T> {
  /** What it is for, in one line; unit included where it has one. */
  readonly help: string;
  /** What stands for the value in the help, for example `DURATION`; `undefined`: a switch, on or off. */
  readonly placeholder: string | undefined;
  /** What a value looks like, for the error: `a duration such as 250ms, 5s, 2h or 7d`. */
  readonly expected: string;
  /** Used when nobody sets it. */
  readonly fallback: T;
  /** The default as the help shows it; absent: nothing is shown. */
  readonly fallbackText: string | undefined;
  /** May be given more than once; the texts are then handed over one after the other. */
  readonly repeats: boolean;
  /**
   * The value of the texts (one, or several where it repeats), or `undefined` when they are malformed.
   *
   * @throws {RangeError} when they are, and more can be said than what is expected
   */
  parse(texts: readonly string[]): T | undefined;
}

interface Described<T> {
  readonly help: string;
  readonly placeholder?: string;
  readonly fallback: T;
  readonly fallbackText?: string;
}

/** Any text that is not empty. */
export function text<F extends string | undefined>(s: Described<F>): Setting<string | F> {
  return single({ placeholder: 'TEXT', ...s }, 'a text that is not empty', (t) => (t === '' ? undefined : t));
}

/** A file or folder; relative ones from the working directory. */
export function path<F extends string | undefined>(s: Described<F>): Setting<string | F> {
  return single({ placeholder: 'PATH', ...s }, 'a path that is not empty', (t) => (t === '' ? undefined : t));
}

/** A whole number within bounds, both included. */
export function integer<F extends number | undefined>(
  s: Described<F> & { readonly min: number; readonly max: number },
): Setting<number | F> {
  const expected = `a whole number from ${s.min} to ${s.max}`;
  return single({ placeholder: 'N', ...s }, expected, (t) => {
    const value = /^[+-]?\d+$/.test(t) ? Number(t) : NaN;
    return value >= s.min && value <= s.max ? value : undefined;
  });
}

/** A finite number of at least `min`, and at most `max` where there is one. */
export function number<F extends number | undefined>(
  s: Described<F> & { readonly min: number; readonly max?: number },
): Setting<number | F> {
  const { min, max = Infinity } = s;
  const expected = max === Infinity ? `a number of at least ${min}` : `a number from ${min} to ${max}`;
  return single({ placeholder: 'NUMBER', ...s }, expected, (t) => numberIn(t, min, max));
}

/** Numbers within bounds, separated by commas. */
export function numbers(
  s: Described<readonly number[]> & { readonly min: number; readonly max: number },
): Setting<readonly number[]> {
  return {
    ...described({ placeholder: 'A,B,…', ...s }),
    expected: `numbers from ${s.min} to ${s.max}, separated by commas`,
    repeats: true,
    parse: (texts) => {
      const found = texts.flatMap((t) => t.split(',')).map((t) => numberIn(t, s.min, s.max));
      return found.every((n) => n !== undefined) ? found : undefined;
    },
  };
}

/** Windows (`last-1000`, `sliding-1h`, …), separated by commas; `none` for no window. */
export function windows(s: Described<readonly Window[]>): Setting<readonly Window[]> {
  return {
    ...described({ placeholder: 'WINDOW,…', ...s }),
    expected: `${WINDOW}, several separated by commas, or none`,
    repeats: true,
    parse: (texts) => {
      const list = texts.flatMap((t) => t.split(',')).map((t) => t.trim());
      if (list.length === 1 && list[0] === 'none') return [];
      const found = [...new Set(list)].map(parseWindow);
      return found.every((window) => window !== undefined) ? found : undefined;
    },
  };
}

/** One of a few words. */
export function choice<const W extends string, F extends W | undefined>(
  words: readonly W[],
  s: Described<F>,
): Setting<W | F> {
  return single({ placeholder: words.join('|'), ...s }, `one of ${words.join(', ')}`, (t) =>
    words.find((w) => w === t),
  );
}

/** A comma-separated list of names. */
export function names<F extends readonly string[] | undefined>(
  s: Described<F>,
): Setting<readonly string[] | F> {
  return {
    ...described({ placeholder: 'A,B,…', ...s }),
    expected: 'names separated by commas',
    repeats: true,
    parse: (texts) => {
      const list = texts.flatMap((t) => t.split(',')).map((t) => t.trim());
      return list.length === 0 || list.includes('') ? undefined : list;
    },
  };
}

/** Some of a few words, separated by commas. */
export function choices<const W extends string>(
  words: readonly W[],
  s: Described<readonly W[]>,
): Setting<readonly W[]> {
  return {
    ...described({ placeholder: 'A,B,…', ...s }),
    expected: `some of ${words.join(', ')}, separated by commas`,
    repeats: true,
    parse: (texts) => {
      const found = texts.flatMap((t) => t.split(',')).map((t) => words.find((w) => w === t.trim()));
      return found.every((w) => w !== undefined) ? found : undefined;
    },
  };
}

/** An exchange and its routing key (`EXCHANGE:KEY`; without a key the empty one). */
export function source(s: Described<undefined>): Setting<Source | undefined> {
  return single({ placeholder: 'EXCHANGE[:KEY]', ...s }, 'the name of an exchange, or EXCHANGE:KEY', (t) => {
    const [, exchange, key] = /^([^:]+)(?::(.*))?$/.exec(t) ?? [];
    return exchange === undefined ? undefined : { exchange, key: key ?? '' };
  });
}

/** An address on the web. */
export function webUrl<F extends string | undefined>(s: Described<F>): Setting<string | F> {
  return single({ placeholder: 'URL', ...s }, 'a URL that begins with http:// or https://', (t) =>
    isWebUrl(t) ? t : undefined,
  );
}

/** Whether the text is a whole URL of http or https. */
export function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Where messages come from that others publish. */
export interface Source {
  readonly exchange: string;
  readonly key: string;
}

/** A length of time, in milliseconds. */
export function duration<F extends number | undefined>(s: Described<F>): Setting<number | F> {
  return single({ placeholder: 'DURATION', ...s }, DURATION, parseDurationMs);
}

/** A length of time, or a range of it (`1s..10s`). */
export function durationRange(s: Described<DurationRange>): Setting<DurationRange> {
  return single({ placeholder: 'DURATION', ...s }, DURATION_RANGE, parseDurationRange);
}

/** A switch: off unless it is given. As a variable or in the file: true or false. */
export function toggle(s: { readonly help: string; readonly fallback?: boolean }): Setting<boolean> {
  const words: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };
  return {
    help: s.help,
    placeholder: undefined,
    expected: 'true or false',
    fallback: s.fallback ?? false,
    fallbackText: undefined,
    repeats: false,
    parse: (texts) => words[texts.at(-1) ?? ''],
  };
}

/** Name of the flag: `labelDelay` → `label-delay`. */
export function flagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}

/** Name of the variable: `labelDelay` → `AFTERMATH_LABEL_DELAY`. */
export function variableName(key: string): string {
  return `AFTERMATH_${flagName(key).replaceAll('-', '_').toUpperCase()}`;
}

/** @throws {AftermathError} `usage`, when the texts are malformed; `where` names the flag, variable or line */
export function parseSetting<T>(setting: Setting<T>, texts: readonly string[], where: string): T {
  const value = parsed(setting, texts, where);
  if (value !== undefined) return value;
  const found = texts.map((t) => `"${t}"`).join(', ');
  throw new AftermathError('usage', `Cannot use ${where}: found ${found}, expected ${setting.expected}.`);
}

function parsed<T>(setting: Setting<T>, texts: readonly string[], where: string): T | undefined {
  try {
    return setting.parse(texts);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AftermathError('usage', `Cannot use ${where}: ${error.message}.`, { cause: error });
  }
}

function numberIn(text: string, min: number, max: number): number | undefined {
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) && value >= min && value <= max ? value : undefined;
}

function single<T, F>(
  s: Described<F>,
  expected: string,
  parse: (text: string) => T | undefined,
): Setting<T | F> {
  return { ...described(s), expected, repeats: false, parse: (texts) => parse(texts.at(-1) ?? '') };
}

function described<F>(s: Described<F>) {
  const shown = s.fallbackText ?? (s.fallback === undefined ? undefined : String(s.fallback));
  return { help: s.help, placeholder: s.placeholder, fallback: s.fallback, fallbackText: shown };
}
