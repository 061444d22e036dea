import type { PredictionSlot, TruthSlot } from './entry.ts';

/**
 * How the two stand to each other by the times they carry; `undefined` where one carries none, and the clock decides. Of a
 * truth it is the first version's.
 */
export function timesOf(
  prediction: PredictionSlot,
  truth: TruthSlot,
): 'in time' | 'truth too late' | 'prediction too late' | undefined {
  const first = truth.versions[0];
  if (!prediction.timed || first?.timed !== true) return undefined;
  if (first.atMs > prediction.deadlineMs) return 'truth too late';
  return prediction.atMs > truth.deadlineMs ? 'prediction too late' : 'in time';
}

/** Whether a truth that has just come in finds this prediction in time. */
export function meetsPrediction(truth: TruthSlot, prediction: PredictionSlot): boolean {
  const apart = timesOf(prediction, truth);
  return apart === undefined ? prediction.state === 'pending' : apart === 'in time';
}

/** Whether the truth is one for any of these predictions, but too late; of predictions it does not meet. */
export function comesAfterAny(truth: TruthSlot, predictions: readonly PredictionSlot[]): boolean {
  for (let i = 0; i < predictions.length; i++) if (comesAfter(truth, predictions[i]!)) return true;
  return false;
}

/** Whether the truth is one for this prediction, but too late; of a prediction it does not meet. */
export function comesAfter(truth: TruthSlot, prediction: PredictionSlot): boolean {
  const apart = timesOf(prediction, truth);
  return apart === undefined || apart === 'truth too late';
}
