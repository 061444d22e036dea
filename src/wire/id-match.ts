import { idKey, type IdKey } from './id.ts';

/** How an id is found that somebody names as it reads in a log. */
export interface IdMatch {
  /** Its keys in a ledger. */
  readonly keys: readonly IdKey[];
  /** Whether the first cell of a log's line reads as it. */
  readonly isCell: (cell: string) => boolean;
}

/** A number and a text that read the same are both meant, because a log does not tell them apart; so are all forms of the number. */
export function idMatch(text: string): IdMatch {
  const key = idKey(JSON.stringify(text));
  if (!isNumberToken(text)) return { keys: [key], isCell: (cell) => cell === text };
  const number = idKey(text);
  return {
    keys: [key, number],
    isCell: (cell) => cell === text || (isNumberToken(cell) && idKey(cell) === number),
  };
}

/** Whether a text is a JSON number. */
export function isNumberToken(text: string): boolean {
  return JSON_NUMBER.test(text);
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
