import { type Books, emptyBooks } from './books.ts';
import { CohortCounts, type StoredCohorts } from './cohort-counts.ts';
import type { LedgerTask } from './ledger.ts';
import { PendingScores, type StoredPendingScores } from './pending-scores.ts';
import { SliceCounts, type StoredSlices } from './slice-counts.ts';

/** What the rules remember beside the entries. Plain data: stored as JSON with every commit. */
export interface RulesState {
  books: Books;
  task: LedgerTask | undefined;
  /** Number of the last outcome. */
  number: number;
  sinceMs: number | undefined;
}

/** The state of a ledger that has seen nothing. */
export function emptyRulesState(task: LedgerTask | undefined): RulesState {
  return { books: emptyBooks(), task, number: 0, sinceMs: undefined };
}

/** What the rules remember, from its JSON, which leaves out what is `undefined`. @throws {TypeError} when it is none */
export function readRulesState(stored: RulesState): RulesState {
  const models = stored.books.models.map((books) => ({
    ...books,
    version: books.version,
    cohorts: CohortCounts.from(books.cohorts as unknown as StoredCohorts | undefined),
    slices: SliceCounts.from(books.slices as unknown as StoredSlices | undefined),
    pendingScores: PendingScores.from(books.pendingScores as unknown as StoredPendingScores | undefined),
  }));
  return { ...stored, task: stored.task, sinceMs: stored.sinceMs, books: { ...stored.books, models } };
}
