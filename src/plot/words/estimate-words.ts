import { formatCount } from '../charts/numbers.ts';
import { shownName } from '../charts/names.ts';
import type { Chosen } from '../chosen.ts';
import { figureMeaning } from '../../wire/figure-meaning.ts';
import { figureText, joined, type Writing } from './figure-text.ts';

/**
 * What the figure that is looked at will be of the predictions that wait for their truth, with all that has to hold for it;
 * nothing where it is not estimated, or of a part of the rows.
 */
export function estimateSentence(
  { model: { estimate }, figureName, window, slice }: Chosen,
  writing: Writing,
): string[] {
  const figure = estimate?.figures[figureName];
  if (estimate === undefined || figure === undefined || window !== undefined || slice !== undefined)
    return [];
  const waiting = `${formatCount(estimate.rows, writing.locale)} that ${estimate.rows === 1 ? 'waits' : 'wait'}`;
  const text = joined(figureText(figureName, figure, writing));
  const what =
    figureName === 'accuracy'
      ? `some ${text} will be right`
      : `the ${figureMeaning(figureName).title} will be some ${text}`;
  return [`Of the ${waiting} ${what}, ${shownName(estimate.assumes, 400)}.`];
}
