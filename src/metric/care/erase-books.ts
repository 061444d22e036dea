import { type Books, booksNamed, countPending, emptyModelBooks, type ModelBooks } from '../ledger/books.ts';
import type { Entry, PredictionSlot } from '../ledger/entry.ts';
import { sliceOf } from '../ledger/slices.ts';

/**
 * Takes what waits of an entry out of the books, as if it had never been received: nothing else would ever settle it. What
 * was scored or has expired stays counted, as it stays in the figures.
 */
export function takeOutWaiting(books: Books, { truth, predictions }: Entry): void {
  if (truth?.state === 'waiting') {
    books.truths.waiting--;
    books.truths.received--;
  }
  for (const prediction of predictions) {
    if (prediction.state !== 'pending') continue;
    const model = booksNamed(books.models, prediction.model) ?? met(books, prediction);
    countPending(model, prediction, -1);
    model.counts.received--;
    takeOutOfCohorts(model, prediction);
  }
}

/** In a share of the books that has not met the model yet. */
function met({ models }: Books, prediction: PredictionSlot): ModelBooks {
  const made = emptyModelBooks(prediction);
  models.push(made);
  return made;
}

/** By the tags that are counted, whatever the settings were. */
function takeOutOfCohorts({ cohorts, slices }: ModelBooks, prediction: PredictionSlot): void {
  cohorts.add(prediction.atMs, -1);
  for (const { tag, max } of slices.toJSON()) {
    const value = sliceOf(tag, prediction);
    if (value !== undefined) slices.add({ tag, value, max }, -1);
  }
}
