import { classificationError } from './classification.ts';
import type { ClassificationOutcome } from './classification.ts';
import { addToMean } from './exact-mean.ts';
import type { FadableFigures } from './forward-decay.ts';
import { figuresOfMeans } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';
import { checkedWeight } from './outcome-limits.ts';

type Name = 'log_loss' | 'brier' | 'top_2_accuracy' | 'top_3_accuracy' | 'top_5_accuracy';

/**
 * Figures of the probabilities of classes, over the outcomes that have them:
 * - `log_loss`: −ln p(true class), each p clipped to 2^−52 … 1 − 2^−52 and divided by their sum, as in scikit-learn 1.2;
 * - `brier`: (1 − p(true class))² where two classes have a probability, else Σ(p − [it is true])²;
 * - `top_k_accuracy`: fewer than k classes have a larger probability than the true one (a tie is a hit); absent
 *   unless more than k classes have one.
 */
export const classProbabilities: FadableFigures<MeansState<Name>, ClassificationOutcome> = figuresOfMeans({
  names: ['log_loss', 'brier', 'top_2_accuracy', 'top_3_accuracy', 'top_5_accuracy'] as const,
  version: 1,
  put({ means, undefinedRows }, outcome: ClassificationOutcome, sign) {
    const { truth, proba } = outcome;
    const weight = outcome.weight === undefined ? 1 : checkedWeight(outcome.weight);
    if (proba === undefined) {
      if (weight > 0) for (const name in undefinedRows) undefinedRows[name as Name] += sign;
      return;
    }
    const missed = classificationError(outcome);
    const p = Object.hasOwn(proba, truth) ? proba[truth]! : 0;
    let sum = 0;
    let squares = 0;
    let larger = 0;
    let classes = 0;
    for (const label in proba) {
      const each = proba[label]!;
      if (!(each >= 0 && each <= 1)) {
        throw new RangeError(
          `Cannot score a probability of ${each} for ${JSON.stringify(label)}: 0 to 1 is expected`,
        );
      }
      classes++;
      sum += clipped(each);
      if (each > p) larger++;
      if (label !== truth) squares += each * each;
    }
    if (!Object.hasOwn(proba, truth)) sum += clipped(0);
    if (weight === 0) return;
    addToMean(means.log_loss, -Math.log(clipped(p) / sum), weight, sign);
    addToMean(means.brier, classes <= 2 ? missed * missed : squares + missed * missed, weight, sign);
    if (classes > 2) addToMean(means.top_2_accuracy, larger < 2 ? 1 : 0, weight, sign);
    else undefinedRows.top_2_accuracy += sign;
    if (classes > 3) addToMean(means.top_3_accuracy, larger < 3 ? 1 : 0, weight, sign);
    else undefinedRows.top_3_accuracy += sign;
    if (classes > 5) addToMean(means.top_5_accuracy, larger < 5 ? 1 : 0, weight, sign);
    else undefinedRows.top_5_accuracy += sign;
  },
  figures: (means) => means,
});

/**
 * The log loss of one outcome; `undefined` unless two classes or more have a probability: one alone says nothing of the
 * others.
 */
export function logLoss(truth: string, proba: Readonly<Record<string, number>>): number | undefined {
  let [sum, classes] = [0, 0];
  for (const label in proba) {
    classes++;
    sum += clipped(proba[label]!);
  }
  if (classes < 2) return undefined;
  if (Object.hasOwn(proba, truth)) return -Math.log(clipped(proba[truth]!) / sum);
  return -Math.log(clipped(0) / (sum + clipped(0)));
}

/** The Brier score of one outcome, as `classProbabilities` has its mean: (1 − p(true class))² for two classes, else Σ(p − [it is true])². */
export function brier(truth: string, proba: Readonly<Record<string, number>>): number {
  const missed = 1 - (Object.hasOwn(proba, truth) ? proba[truth]! : 0);
  let [squares, classes] = [0, 0];
  for (const label in proba) {
    classes++;
    if (label !== truth) squares += proba[label]! ** 2;
  }
  return classes <= 2 ? missed * missed : squares + missed * missed;
}

function clipped(p: number): number {
  return Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, p));
}
