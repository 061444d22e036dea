import type { TruthBooks } from '../../wire/snapshot.ts';
import type { ModelBooks } from '../ledger/books.ts';

/** What a ledger and its log are worth. Written as JSON it is the answer of `aftermath ledger check --json`. */
export interface LedgerCheck {
  /** The file, or the database without a password. */
  readonly path: string;
  readonly bytes: number;
  /** No problem was found. */
  readonly sound: boolean;
  /** Whole sentences: what is wrong. */
  readonly problems: readonly string[];
  /** Whole sentences: what mends itself at the next start, and what cannot be told. */
  readonly notes: readonly string[];
  readonly ids: number | undefined;
  /** Outcomes so far, revisions included. */
  readonly outcomes: number | undefined;
  readonly models: readonly Pick<ModelBooks, 'model' | 'counts'>[];
  readonly truths: TruthBooks | undefined;
}
