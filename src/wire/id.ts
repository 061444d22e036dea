import type { IdToken } from './records.ts';

/** Equal for two tokens exactly when they name the same id. */
export type IdKey = string;

/** The canonical key of an id. */
export function idKey(token: IdToken): IdKey {
  return token;
}

/** How an id stands in the log: a number is its token, a string its decoded text. */
export function idText(token: IdToken): string {
  return token.startsWith('"') ? (JSON.parse(token) as string) : token;
}

/** The token of an id that was made here. */
export function idToken(id: string | number): IdToken {
  return JSON.stringify(id);
}
