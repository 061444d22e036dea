import type { Cell, Value } from '../wire/records.ts';

/**
 * What a CSV cell means as a feature: a number, a boolean (`True` and `False` as Python writes them, or in
 * lower case), missing (empty, or one of the marks that pandas reads as missing), or else its text.
 *
 * @returns `undefined` for an infinite number, which no model takes
 */
export function featureOf(text: string): Cell | undefined {
  const number = numberOf(text);
  if (number !== undefined) return Number.isFinite(number) ? number : undefined;
  if (isMissing(text)) return null;
  return booleanOf(text) ?? text;
}

/** The kinds of truth. A file has one: that of its first truth, so that `7` among labels stays a label. */
export type TruthKind = 'number' | 'boolean' | 'text';

/** What kind of truth a target cell is, or `undefined` when it is missing. */
export function truthKindOf(text: string): TruthKind | undefined {
  if (isMissing(text)) return undefined;
  if (numberOf(text) !== undefined) return 'number';
  return booleanOf(text) === undefined ? 'text' : 'boolean';
}

/**
 * The truth in a target cell of a file whose truths are of that kind, `null` when it is missing.
 *
 * @returns `undefined` when it is of another kind, or infinite
 */
export function truthOf(text: string, kind: TruthKind): Value | null | undefined {
  if (kind === 'number') {
    const number = numberOf(text);
    if (number !== undefined) return Number.isFinite(number) ? number : undefined;
  }
  if (isMissing(text)) return null;
  if (kind === 'text') return text;
  return kind === 'boolean' ? booleanOf(text) : undefined;
}

/** The decimal number that a cell holds, spaces around it allowed; infinite when it says so or is too large. */
export function numberOf(text: string): number | undefined {
  const number = Number(text);
  if (number === number) {
    // Number() also reads '' and ' ' as 0, and 0x1f, 0b1 and 0o7
    const second = text.charCodeAt(1) | 0x20;
    if (second !== X && second !== B && second !== O && (number !== 0 || text.trim() !== '')) return number;
    return undefined;
  }
  return INFINITE.test(text) ? (text.trim().startsWith('-') ? -Infinity : Infinity) : undefined;
}

/** Whether a cell is one of the marks for "nothing here". */
export function isMissing(text: string): boolean {
  return text === '' || MISSING.has(text) || (text.length < 8 && MISSING.has(text.trim()));
}

/** Whether the text can stand as a number in JSON as it is. */
export function isJsonNumber(text: string): boolean {
  return JSON_NUMBER.test(text);
}

function booleanOf(text: string): boolean | undefined {
  if (text === 'True' || text === 'true') return true;
  return text === 'False' || text === 'false' ? false : undefined;
}

const X = 120;
const B = 98;
const O = 111;

const INFINITE = /^\s*[+-]?inf(inity)?\s*$/i;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What pandas reads as missing unless told otherwise (`read_csv`, `na_values`). */
const MISSING = new Set(
  ' #N/A,#N/A N/A,#NA,-1.#IND,-1.#QNAN,-NaN,-nan,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null'
    .slice(1)
    .split(',')
    .concat(''),
);
