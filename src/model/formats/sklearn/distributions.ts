import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { requireTransformer } from './pipeline.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built, type Frame, type Refusals } from './step.ts';

/** Transformers that give a feature another distribution. */
export const DISTRIBUTIONS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.preprocessing._data.PowerTransformer', power],
  ['sklearn.preprocessing._data.QuantileTransformer', quantile],
]);

/** numpy.spacing(1.0) */
const SPACING = 2 ** -52;

function power(attributes: Attributes): Built {
  const who = attributes.className;
  const lambdas = attributes.numbers('lambdas_').values;
  const isBoxCox = attributes.text('method', 'yeo-johnson') === 'box-cox';
  const scaler = attributes.flag('standardize', true)
    ? requireTransformer(attributes.step('_scaler'))
    : undefined;
  const forward = isBoxCox ? boxCox : yeoJohnson;
  const backward = isBoxCox ? boxCoxInverse : yeoJohnsonInverse;
  const each = (
    frame: Frame,
    values: Float64Array,
    change: (value: number, lambda: number) => number,
  ): Frame =>
    numericFrame(
      frame.rows,
      frame.width,
      values.map((value, at) => change(value, lambdas[at % frame.width] as number)),
    );
  return {
    kind: 'transformer',
    featureCount: lambdas.length,
    outputWidth: lambdas.length,
    transform(frame, refusals) {
      const values = checkNumbers(frame, refusals, { who, missing: true });
      if (isBoxCox) refuseNonPositive(frame, refusals, who);
      const changed = each(frame, values, forward);
      return scaler === undefined ? changed : scaler.transform(changed, refusals);
    },
    inverse(frame) {
      const unscaled = scaler?.inverse?.(frame) ?? frame;
      return each(frame, unscaled.values, backward);
    },
  };
}

function refuseNonPositive(frame: Frame, refusals: Refusals, who: string): void {
  for (const [at, value] of frame.values.entries()) {
    if (value <= 0)
      refusals.add(
        Math.floor(at / frame.width),
        `feature ${(at % frame.width) + 1} is not positive, which ${who} needs`,
      );
  }
}

function boxCox(value: number, lambda: number): number {
  return lambda === 0 ? Math.log(value) : Math.expm1(lambda * Math.log(value)) / lambda;
}

function boxCoxInverse(value: number, lambda: number): number {
  return lambda === 0 ? Math.exp(value) : Math.exp(Math.log1p(lambda * value) / lambda);
}

/** @see Yeo and Johnson (2000), doi:10.1093/biomet/87.4.954 */
function yeoJohnson(value: number, lambda: number): number {
  if (value >= 0)
    return Math.abs(lambda) < SPACING ? Math.log1p(value) : ((value + 1) ** lambda - 1) / lambda;
  const other = 2 - lambda;
  return Math.abs(other) > SPACING ? -((1 - value) ** other - 1) / other : -Math.log1p(-value);
}

function yeoJohnsonInverse(value: number, lambda: number): number {
  if (value >= 0)
    return Math.abs(lambda) < SPACING ? Math.expm1(value) : (value * lambda + 1) ** (1 / lambda) - 1;
  const other = 2 - lambda;
  return Math.abs(other) > SPACING ? 1 - (1 - other * value) ** (1 / other) : -Math.expm1(-value);
}

/** As scikit-learn: this near to the ends a value counts as the end. */
const BOUND = 1e-7;
const CLIP_LOW = normalQuantile(BOUND - SPACING);
const CLIP_HIGH = normalQuantile(1 - (BOUND - SPACING));

function quantile(attributes: Attributes): Built {
  const who = attributes.className;
  const { rows: count, columns: width, values: table } = attributes.matrix('quantiles_');
  const references = attributes.vector('references_', count);
  const isNormal = attributes.text('output_distribution', 'uniform') === 'normal';
  const columns = Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: count }, (_, at) => table[at * width + column] as number),
  );
  const mirrored = columns.map((quantiles) => mirror(quantiles));
  const mirroredReferences = mirror(references);
  const forward = (value: number, column: number): number => {
    const quantiles = columns[column] as Float64Array;
    const [low, high] = [quantiles[0] as number, quantiles[count - 1] as number];
    if (Number.isNaN(value)) return NaN;
    let share =
      0.5 *
      (interpolate(value, quantiles, references) -
        interpolate(-value, mirrored[column] as Float64Array, mirroredReferences));
    if (isNormal ? value + BOUND > high : value === high) share = 1;
    if (isNormal ? value - BOUND < low : value === low) share = 0;
    return isNormal ? Math.min(CLIP_HIGH, Math.max(CLIP_LOW, normalQuantile(share))) : share;
  };
  const backward = (value: number, column: number): number => {
    const quantiles = columns[column] as Float64Array;
    const share = isNormal ? normalCdf(value) : value;
    if (isNormal ? share - BOUND < 0 : share === 0) return quantiles[0] as number;
    if (isNormal ? share + BOUND > 1 : share === 1) return quantiles[count - 1] as number;
    return interpolate(share, references, quantiles);
  };
  const each = (
    frame: Frame,
    values: Float64Array,
    change: (value: number, column: number) => number,
  ): Frame =>
    numericFrame(
      frame.rows,
      frame.width,
      values.map((value, at) => change(value, at % frame.width)),
    );
  return {
    kind: 'transformer',
    featureCount: width,
    outputWidth: width,
    transform: (frame, refusals) =>
      each(frame, checkNumbers(frame, refusals, { who, missing: true }), forward),
    inverse: (frame) => each(frame, frame.values, backward),
  };
}

function mirror(values: Float64Array): Float64Array {
  return values.map((_, at) => -(values[values.length - 1 - at] as number));
}

/** Linear interpolation between points with rising x, level beyond them. @see numpy.interp */
export function interpolate(value: number, xs: Float64Array, ys: Float64Array): number {
  const last = xs.length - 1;
  if (!(value < (xs[last] as number))) return Number.isNaN(value) ? NaN : (ys[last] as number);
  if (value < (xs[0] as number)) return ys[0] as number;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) <= value) low = middle;
    else high = middle;
  }
  const [x, y] = [xs[low] as number, ys[low] as number];
  if (value === x) return y;
  return (((ys[high] as number) - y) / ((xs[high] as number) - x)) * (value - x) + y;
}
