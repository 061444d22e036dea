import { formatCount } from '../charts/numbers.ts';
import { shownName } from '../charts/names.ts';
import type { PredictionBooks, Snapshot, TruthBooks } from '../../wire/snapshot.ts';
import { element } from './element.ts';

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

/** The balance of every model and of the truths, written out as the sums that they are, and the dead letters. */
export function bookLines({ models, truths, deadLetters, logPath }: Snapshot): Node[] {
  const dead = Object.entries(deadLetters).filter(([, count]) => count > 0);
  const deadText = dead
    .map(([reason, count]) => `${shownName(reason)} ${formatCount(count, undefined)}`)
    .join(', ');
  return [
    ...models.map(({ model, books }) =>
      sum(models.length > 1 ? `predictions of ${shownName(model, 24)}` : 'predictions', booksOf(books)),
    ),
    sum('truths', booksOf(truths)),
    element(
      'span',
      dead.length > 0 ? { class: 'wrong' } : {},
      `dead letters ${dead.length > 0 ? deadText : '0'}`,
    ),
    element('span', { class: 'path' }, `log ${shownName(logPath, 120)}`),
  ];
}

function sum(what: string, books: Books): Node {
  const [first, second, ...others] = books.terms;
  // The first two are always of interest, the others when there is any.
  const shown = [first, second, ...others.filter(([, count]) => count > 0)].filter(
    (term) => term !== undefined,
  );
  const balanced = isBalanced(books);
  const term = (text: string) => element('span', { class: 'term' }, text);
  const mark = balanced
    ? element('span', { class: 'right' }, '✓ ')
    : element('span', { class: 'wrong' }, '✗ ');
  return element(
    'span',
    { title: balanced ? 'the sum is right' : 'the sum is wrong' },
    mark,
    term(`${what} ${formatCount(books.received, undefined)}`),
    ...shown.flatMap(([name, count], i) => [
      i === 0 ? (balanced ? ' = ' : ' ≠ ') : ' ',
      term(`${i === 0 ? '' : '+ '}${name} ${formatCount(count, undefined)}`),
    ]),
  );
}
