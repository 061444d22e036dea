import { type Books, booksNamed } from '../ledger/books.ts';
import type { Entry, PredictionSlot } from '../ledger/entry.ts';

/** What is erased, from where. */
export interface EraseOptions {
  /** As `--ledger` has it. */
  readonly ledger: string;
  /** `undefined`: there is none any more. */
  readonly logPath: string | undefined;
  /** As it stands in a log: a number and a text that read the same are both meant. */
  readonly id: string;
}

/** What was erased of an id, and what is left of it. Written as JSON it is the answer of `aftermath ledger erase --json`. */
export interface Erased {
  /** The file, or the database without a password. */
  readonly ledger: string;
  readonly log: string | undefined;
  readonly id: string;
  /** Entries that were there. */
  readonly entries: number;
  /** Lines of the log. */
  readonly lines: number;
  readonly predictions: readonly ErasedPrediction[];
  /** Truths that waited for a prediction. */
  readonly waiting: number;
  /** Whole sentences: what figures and books still hold of it. */
  readonly remains: readonly string[];
  /** Whole sentences: where else it may stand. */
  readonly elsewhere: readonly string[];
}

/** A prediction that was erased. */
export interface ErasedPrediction {
  readonly model: string;
  readonly state: PredictionSlot['state'];
  /** Outcomes of it, revisions included. */
  readonly outcomes: number;
  /** Scored predictions in the books of the model, this one among them where it is one. */
  readonly scoredOfModel: number;
}

/** What was found, for `erasedOf`. */
export interface ErasedParts {
  readonly entries: readonly Entry[];
  readonly lines: number;
  /** Rows of the last outcomes that were taken out of their windows. */
  readonly lastRows: number;
  readonly books: Books;
  readonly elsewhere: readonly string[];
}

/** Says what was erased, and what not. */
export function erasedOf(options: EraseOptions, shown: string, parts: ErasedParts): Erased {
  const { entries, lines, lastRows, books } = parts;
  const predictions = entries.flatMap((entry) =>
    entry.predictions.map(({ model, state, outcomes }) => ({
      model,
      state,
      outcomes: outcomes.length,
      scoredOfModel: booksNamed(books.models, model)?.counts.scored ?? 0,
    })),
  );
  const scored = predictions.filter(({ state }) => state === 'scored');
  const remains = [
    ...(entries.length === 0
      ? [
          'The ledger has no such id: it never came, was forgotten after the retention, or was erased before. Figures keep what it contributed in its time.',
        ]
      : []),
    ...scored.map(
      ({ model, scoredOfModel }) =>
        `The figures of the model "${model}" stay: sums, counts and histograms over ${scoredOfModel} scored predictions, of which this was one. No part of a sum can be told from the others.`,
    ),
    ...(scored.length > 0
      ? [
          'So do intervals, alarms, comparisons and the course over time, which were made as its outcomes came. What a rebuild makes anew from the log is without it.',
        ]
      : []),
    ...(predictions.some(({ state }) => state !== 'pending')
      ? ['The books count it as received and as scored or expired; what waited is no longer in them.']
      : []),
    ...(lastRows > 0 ? [`The windows over the last outcomes are without its ${lastRows} rows.`] : []),
    ...(predictions.length > 0
      ? ['Its tags and labels stay in the list of words, in which nothing says whose they were.']
      : []),
  ];
  return {
    ledger: shown,
    log: options.logPath,
    id: options.id,
    entries: entries.length,
    lines,
    predictions,
    waiting: entries.filter(({ truth }) => truth?.state === 'waiting').length,
    remains,
    elsewhere: [
      ...parts.elsewhere,
      ...(options.logPath === undefined ? ['No log was looked at.'] : []),
      'Dead letters, messages on the broker, logs that were moved away, exports, copies and backups are not reached. A record of this id that comes again is a new one.',
    ],
  };
}
