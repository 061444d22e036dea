import { formatCount } from '../charts/numbers.ts';
import { shownName } from '../charts/names.ts';
import type { PredictionBooks, Snapshot, TruthBooks } from '../../wire/snapshot.ts';
import { TIED } from './words.ts';

/** A sum: what was received, and what became of it. */
export interface Books {
  readonly received: number;
  readonly terms: readonly (readonly [name: string, count: number])[];
}

/** Books as they travel: `received`, and the rest is what it is the sum of. */
export function booksOf({ received, ...rest }: PredictionBooks | TruthBooks): Books {
  return { received, terms: Object.entries(rest) };
}

/** Whether what was received is what became of it. */
export function isBalanced({ received, terms }: Books): boolean {
  return received === terms.reduce((sum, [, count]) => sum + count, 0);
}

/** A balance written out: `predictions 442 = scored 440 + pending 2`, a term at a time, none of which may be torn. */
export interface BookLine {
  readonly isBalanced: boolean;
  readonly terms: readonly string[];
}

/** The balance of every model and of the truths, written out as the sums that they are. */
export function bookLines({ models, truths }: Snapshot, locale: string | undefined): readonly BookLine[] {
  return [
    ...models.map(({ model, books }) =>
      line(
        models.length > 1 ? `predictions of ${shownName(model, 24)}` : 'predictions',
        booksOf(books),
        locale,
      ),
    ),
    line('truths', booksOf(truths), locale),
  ];
}

/** The dead letters by reason; empty without any. */
export function deadLetterText({ deadLetters }: Snapshot, locale: string | undefined): string {
  return Object.entries(deadLetters)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${shownName(reason)}${TIED}${formatCount(count, locale)}`)
    .join(', ');
}

function line(what: string, books: Books, locale: string | undefined): BookLine {
  // The first two are always of interest, the others when there is any.
  const shown = books.terms.filter(([, count], i) => i < 2 || count > 0);
  const balanced = isBalanced(books);
  const sign = (i: number) => (i > 0 ? '+' : balanced ? '=' : '≠');
  return {
    isBalanced: balanced,
    terms: [
      `${what}${TIED}${formatCount(books.received, locale)}`,
      ...shown.map(([name, count], i) => `${sign(i)}${TIED}${name}${TIED}${formatCount(count, locale)}`),
    ],
  };
}
