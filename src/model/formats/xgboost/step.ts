import type { Value } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import { versionNumber } from '../sklearn/attributes.ts';
import { checkNumbers } from '../sklearn/checks.ts';
import type { Built, Frame, Refusals } from '../sklearn/step.ts';
import { encodeCategories, textColumns } from '../trees/category-codes.ts';
import { marginsOf } from './margins.ts';
import type { XgboostModel } from './model.ts';
import { applyLink } from './objectives.ts';

/** How a booster is used: by itself, or by a wrapper that knows more. */
export interface Use {
  readonly who: string;
  readonly kind: 'regressor' | 'classifier';
  /** The labels, where they are known. */
  readonly classes: readonly Value[] | undefined;
  /** A number that stands for a missing value; NaN always does. */
  readonly missing: number;
  /** Whether the scikit-learn wrapper predicts: it leaves out rounds after the best one, and adds DART's trees in place. */
  readonly isWrapped: boolean;
}

/** Versions whose wrapper calls `inplace_predict`, which adds DART's trees in its own way. */
const IN_PLACE_SINCE = 1.04;
const IN_PLACE_UNTIL = 3.04;

/**
 * A step that predicts as XGBoost does.
 *
 * @throws {ModelLoadError} when the labels do not fit the model
 */
export function boosterStep(model: XgboostModel, use: Use): Built {
  const about = {
    featureCount: model.featureCount,
    ...(model.featureNames && { featureNames: model.featureNames }),
    textFeatures: textColumns(model.categories),
    lines: linesOf(model, use),
    origin: { library: 'XGBoost', version: model.version },
  };
  const predicted = (frame: Frame, refusals: Refusals): Float32Array => {
    const margins = marginsFor(model, use, frame, refusals);
    return applyLink(model.link, margins, model.width);
  };
  if (use.kind === 'regressor') {
    return {
      kind: 'regressor',
      outputs: model.width,
      ...about,
      predict: (frame, refusals) => Float64Array.from(predicted(frame, refusals)),
    };
  }
  const { width } = model;
  const classes = classesOf(model, use.classes);
  const isExclusive = model.link === 'softmax';
  const proba = (scores: Float32Array): Float64Array =>
    isExclusive ? Float64Array.from(scores) : bothSides(scores);
  const values = (scores: Float32Array): Float64Array =>
    isExclusive ? likeliest(scores, width) : Float64Array.from(scores, (score) => (score > 0.5 ? 1 : 0));
  const hasProba = isExclusive || model.link === 'sigmoid';
  return {
    kind: 'classifier',
    classes,
    ...about,
    predict: (frame, refusals) => values(predicted(frame, refusals)),
    proba: hasProba ? (frame, refusals) => proba(predicted(frame, refusals)) : undefined,
    decision: (frame, refusals) => Float64Array.from(marginsFor(model, use, frame, refusals)),
    both: hasProba
      ? (frame, refusals) => {
          const scores = predicted(frame, refusals);
          return { values: values(scores), probabilities: proba(scores) };
        }
      : undefined,
  };
}

function marginsFor(model: XgboostModel, use: Use, frame: Frame, refusals: Refusals): Float32Array {
  const coded = encodeCategories(frame, model.categories, { refusals, unknown: 'refuse' });
  const numbers = checkNumbers(coded, refusals, { who: use.who, missing: true, infinite: true });
  const values = new Float64Array(numbers.length);
  const missing = Math.fround(use.missing);
  for (let at = 0; at < numbers.length; at++) {
    const value = Math.fround(numbers[at] as number);
    values[at] = value === missing ? NaN : value;
  }
  const rounds = use.isWrapped ? model.bestRounds : undefined;
  const version = versionNumber(model.version);
  const inPlace = use.isWrapped && version >= IN_PLACE_SINCE && version < IN_PLACE_UNTIL;
  return marginsOf(model, { values, rows: frame.rows, rounds, inPlace });
}

function classesOf(model: XgboostModel, labels: readonly Value[] | undefined): (readonly Value[])[] {
  const { width, link } = model;
  if (link === 'softmax') {
    const numbered = Array.from({ length: width }, (_, at) => at);
    if (labels !== undefined && labels.length !== width)
      throw new ModelLoadError(`it has ${labels.length} classes for ${width} scores`);
    return [labels ?? numbered];
  }
  if (width > 1) return Array.from({ length: width }, () => [0, 1]);
  if (labels !== undefined && labels.length !== 2)
    throw new ModelLoadError(`it has ${labels.length} classes where a binary model has 2`);
  return [labels ?? [0, 1]];
}

function bothSides(scores: Float32Array): Float64Array {
  const result = new Float64Array(2 * scores.length);
  for (let at = 0; at < scores.length; at++) {
    const share = scores[at] as number;
    result[2 * at] = Math.fround(1 - share);
    result[2 * at + 1] = share;
  }
  return result;
}

function likeliest(scores: Float32Array, width: number): Float64Array {
  const rows = scores.length / width;
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = row * width;
    for (let at = best + 1; at < (row + 1) * width; at++)
      if ((scores[at] as number) > (scores[best] as number)) best = at;
    result[row] = best - row * width;
  }
  return result;
}

function linesOf(model: XgboostModel, use: Use): string[] {
  const { booster } = model;
  if (booster.kind === 'linear') return [`${model.objective}, linear booster`];
  const trees = `${booster.packed.roots.length} trees, ${booster.packed.places.length} nodes`;
  const kind = booster.weights === undefined ? trees : `DART, ${trees}`;
  const rounds = booster.roundEnds.length;
  const stops = use.isWrapped && model.bestRounds !== undefined && model.bestRounds < rounds;
  return [`${model.objective}, ${kind}${stops ? `, the best ${model.bestRounds} of ${rounds} rounds` : ''}`];
}
