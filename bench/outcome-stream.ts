import type { Entry, PredictionSlot } from '../src/metric/ledger/entry.ts';
import type { Outcome } from '../src/metric/ledger/ledger.ts';

/** Rows there are; further ones are the same again. */
export const ROWS = 200_000;
/** Outcomes of a commit. */
export const BATCH = 1000;

/** Rows like those of a model: a truth, a prediction with a bell-shaped error, and a probability. */
export const rows = Array.from({ length: ROWS }, (_, i) => {
  const u = fraction(i * 0.754877666 + 0.1);
  const v = fraction(i * 0.569840296 + 0.2);
  const truth = 150 + 100 * Math.sqrt(-2 * Math.log(u + 1e-12)) * Math.cos(2 * Math.PI * v);
  const prediction = truth + 60 * (fraction(i * 0.618033989) + fraction(i * 0.414213562) - 1);
  return { truth, prediction, score: u, positive: v < u };
});
/** The same of two classes. */
export const labels = rows.map(({ score, positive }) => ({
  truth: positive ? 'yes' : 'no',
  prediction: score >= 0.5 ? 'yes' : 'no',
  proba: { yes: score, no: 1 - score },
}));

/** A commit's outcomes, from the one of this number on. */
export function batchFrom(from: number, options: OutcomeOptions = {}): Outcome[] {
  return Array.from({ length: BATCH }, (_, i) => outcomeOf(from + i, options));
}

/** How outcomes are. */
export interface OutcomeOptions {
  readonly stepMs?: number;
  /** Of the tag `origin`. */
  readonly values?: number;
  /** Of two classes, with probabilities. */
  readonly isOfClasses?: boolean;
}

/** The outcome of this number. */
export function outcomeOf(
  i: number,
  { stepMs = 20, values = 3, isOfClasses = false }: OutcomeOptions = {},
): Outcome {
  const { truth, prediction } = isOfClasses ? labels[i % ROWS]! : rows[i % ROWS]!;
  const atMs = 1_700_000_000_000 + i * stepMs;
  const version = { value: truth, atMs, timed: true, weight: undefined, tags: undefined };
  const slot: PredictionSlot = {
    model: 'a',
    version: undefined,
    challenger: false,
    value: prediction,
    atMs: atMs - 1000,
    timed: true,
    deadlineMs: Infinity,
    weight: undefined,
    tags: { origin: `O${i % values}` },
    proba: isOfClasses ? { ...labels[i % ROWS]!.proba } : undefined,
    interval: undefined,
    baseline: isOfClasses ? undefined : [150, 151, 149],
    state: 'scored',
    outcomes: [{ number: i + 1, version: 0 }],
  };
  const entry: Entry = {
    key: `run-${i}`,
    token: `"run-${i}"`,
    truth: { state: 'matched', deadlineMs: Infinity, versions: [version], current: 0 },
    predictions: [slot],
    forgetMs: Infinity,
  };
  return { number: i + 1, entry, prediction: slot, truth: version, previous: undefined, revision: 0 };
}

function fraction(x: number): number {
  return x - Math.floor(x);
}
