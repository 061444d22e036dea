import type { PredictionBooks } from '../../wire/snapshot.ts';
import type { Books } from '../ledger/books.ts';

/**
 * Which share of a model's predictions its figures stand on: scored of those that wait, were given up or are scored, 0..1.
 * The first truths to come are often not like the others, so no figure is to be read without it. `undefined` before a prediction.
 */
export function coverageOf({ scored, pending, expired }: PredictionBooks): number | undefined {
  const all = scored + pending + expired;
  return all === 0 ? undefined : scored / all;
}

/** That of a model by its name; `undefined` also where the books do not know it. */
export function coverageIn({ models }: Books, model: string): number | undefined {
  const found = models.find((each) => each.model === model);
  return found && coverageOf(found.counts);
}
