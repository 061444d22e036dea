import type { ArrivalPoint, CohortPoint, MaturityPoint } from '../../wire/snapshot.ts';
import type { CohortCounts } from '../ledger/cohort-counts.ts';
import type { ModelFigures } from './model-figures.ts';

/**
 * A model's predictions by when they were made, oldest first: how many, how many have their truth, how wrong those are. Early
 * truths are often not like the others: a cohort says so, where figures by the time of the truth cannot.
 *
 * @param figures `undefined` before the first outcome
 */
export function cohortsOf(counts: CohortCounts, figures: ModelFigures | undefined): CohortPoint[] {
  const outcomes = new Map(
    figures?.cohorts((timeMs) => counts.spanOf(timeMs)).map(({ fromMs, cell }) => [fromMs, cell]),
  );
  return counts.list().flatMap(({ fromMs, toMs, cell: { count } }) => {
    if (count <= 0) return [];
    const { scored, mae } = outcomes.get(fromMs) ?? NONE_SCORED;
    return [{ ...beginning(fromMs), toMs, predictions: count, scored, ...(mae !== undefined && { mae }) }];
  });
}

/** The outcomes by when their truth was, oldest first. */
export function arrivalsOf(figures: ModelFigures | undefined): ArrivalPoint[] {
  return (figures?.arrivals() ?? []).map(({ fromMs, toMs, cell }) => ({
    ...beginning(fromMs),
    toMs,
    ...cell,
  }));
}

/**
 * Of predictions of each age, youngest first, how many have their truth. A cohort is as old as its middle; ages of which there
 * is no prediction are left out.
 */
export function maturityOf(cohorts: readonly CohortPoint[], nowMs: number): MaturityPoint[] {
  const points = AGES_MS.map((ageMsMax) => ({ ageMsMax, predictions: 0, scored: 0 }));
  for (const { fromMs = -Infinity, toMs, predictions, scored } of cohorts) {
    const ageMs = nowMs - (fromMs + toMs) / 2;
    const point = points.find(({ ageMsMax }) => ageMs <= ageMsMax)!;
    point.predictions += predictions;
    point.scored += scored;
  }
  return points
    .filter(({ predictions }) => predictions > 0)
    .map(({ ageMsMax, ...counts }) => (ageMsMax === Infinity ? counts : { ageMsMax, ...counts }));
}

const NONE_SCORED = { scored: 0, mae: undefined };

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** Upper bounds of ages; the last one has none. */
const AGES_MS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 3, 7, 14, 30, 60].map((days) => days * DAY_MS),
  Infinity,
];

/** JSON has no infinity: the oldest cell has no beginning. */
function beginning(fromMs: number): { readonly fromMs?: number } {
  return Number.isFinite(fromMs) ? { fromMs } : {};
}
