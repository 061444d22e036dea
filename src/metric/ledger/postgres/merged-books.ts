import { type Books, emptyBooks, emptyModelBooks, type ModelBooks } from '../books.ts';

/**
 * The books of all writers together. What a model's latest prediction said is that of the writer who was heard of last.
 *
 * @param shares of the writers, in order of their place
 */
export function mergeBooks(shares: readonly { readonly books: Books; readonly atMs: number }[]): Books {
  const all = emptyBooks();
  const models = new Map<string, { readonly books: ModelBooks; atMs: number }>();
  for (const { books, atMs } of shares) {
    addCounts(all.truths, books.truths);
    all.unattributed += books.unattributed;
    for (const share of books.models) {
      let model = models.get(share.model);
      if (model === undefined) {
        const made = emptyModelBooks(share);
        models.set(share.model, (model = { books: made, atMs }));
        all.models.push(made);
      }
      addCounts(model.books.counts, share.counts);
      model.books.cohorts.merge(share.cohorts);
      model.books.slices.merge(share.slices);
      model.books.pendingScores.merge(share.pendingScores);
      // A writer that has only met a model's entries has no say in what its latest prediction was.
      if (atMs < model.atMs || share.counts.received === 0) continue;
      model.books.challenger = share.challenger;
      model.books.version = share.version;
      model.atMs = atMs;
    }
  }
  return all;
}

function addCounts<C extends { [name in keyof C]: number }>(into: C, from: C): void {
  for (const name of Object.keys(into) as (keyof C)[]) {
    into[name] = (into[name] + from[name]) as C[keyof C];
  }
}
