import { positiveLabel } from './positive-label.ts';

/** The probability of the positive one of two classes, and what both are called. */
export interface Score {
  readonly positive: string;
  readonly negative: string;
  /** 0..1 */
  readonly of: number;
}

/** `undefined` unless the probabilities are those of two classes. */
export function scoreOf(proba: Readonly<Record<string, number>>): Score | undefined {
  let [first, second, classes] = ['', '', 0];
  for (const label in proba) {
    if (++classes === 1) first = label;
    else second = label;
  }
  if (classes !== 2) return undefined;
  // A model names the same two every time, and which is positive takes longer to tell than all else here.
  if (first !== pair.first || second !== pair.second) {
    const positive = positiveLabel([first, second]);
    pair = { first, second, positive, negative: positive === first ? second : first };
  }
  const { positive, negative } = pair;
  return { positive, negative, of: proba[positive]! };
}

/** The two labels that were asked for last. */
let pair = { first: '', second: '', positive: '', negative: '' };

/** What an estimate is made from: the score of two classes, or how sure the model is of the label that it served. */
export interface ServedScore {
  /** The positive of two classes; with more of them `SERVED`: that the label served is right. */
  readonly positive: string;
  readonly negative: string;
  /** Probability of the positive one, 0..1. */
  readonly score: number;
  /** Whether the positive one was served. */
  readonly served: boolean;
}

/** Of more than two classes. No two labels of a class are both empty. */
export const SERVED = { positive: '', negative: '' } as const;

/** `undefined` unless probabilities of two classes or more came along. */
export function servedScore(
  label: string,
  proba: Readonly<Record<string, number>> | undefined,
): ServedScore | undefined {
  if (proba === undefined) return undefined;
  const two = scoreOf(proba);
  if (two !== undefined) {
    const { positive, negative, of: score } = two;
    return { positive, negative, score, served: label === positive };
  }
  let classes = 0;
  for (const _ in proba) classes++;
  if (classes < 2) return undefined;
  return { ...SERVED, score: Object.hasOwn(proba, label) ? proba[label]! : 0, served: true };
}
