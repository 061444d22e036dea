import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { interpolate } from './distributions.ts';
import type { Builder } from './registry.ts';

/** A monotone step between points, linear between them. */
export const ISOTONIC: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  [
    'sklearn.isotonic.IsotonicRegression',
    (attributes) => {
      const curve = isotonicCurve(attributes);
      const who = attributes.className;
      return {
        kind: 'regressor',
        featureCount: 1,
        outputs: 1,
        predict: (frame, refusals) => checkNumbers(frame, refusals, { who }).map((value) => curve(value)),
      };
    },
  ],
]);

/** The fitted function of an IsotonicRegression. */
export function isotonicCurve(attributes: Attributes): (value: number) => number {
  const isNew = attributes.has('X_thresholds_');
  const xs = attributes.numbers(isNew ? 'X_thresholds_' : '_necessary_X_').values;
  const ys = attributes.vector(isNew ? 'y_thresholds_' : '_necessary_y_', xs.length);
  if (xs.length === 0) throw attributes.odd('X_thresholds_', 'at least one point');
  const [low, high] = [xs[0] as number, xs.at(-1) as number];
  const outside = attributes.get('out_of_bounds');
  return (value) => {
    if (xs.length === 1) return ys[0] as number;
    if (outside === 'clip') return interpolate(Math.min(high, Math.max(low, value)), xs, ys);
    return value < low || value > high ? NaN : interpolate(value, xs, ys);
  };
}
