/** Text with emphasis, as data: whoever shows it decides how. */
export type Words = readonly (string | Word)[];

/** A piece of text, and what it is. */
export interface Word {
  readonly text: string;
  readonly is: 'champion' | 'challenger' | 'figure' | 'wrong' | 'right' | 'quiet';
}

/** The text alone. */
export function plainText(words: Words): string {
  return words.map((word) => (typeof word === 'string' ? word : word.text)).join('');
}

/** A space at which no line breaks: between a number and what belongs to it. */
export const TIED = '\u00A0';
