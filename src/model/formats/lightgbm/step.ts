import type { Value } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import { checkNumbers } from '../sklearn/checks.ts';
import { argmaxRows, bothSides } from '../sklearn/probabilities.ts';
import type { Built, Frame, Refusals } from '../sklearn/step.ts';
import { encodeCategories, textColumns } from '../trees/category-codes.ts';
import { scoreForest } from './forest.ts';
import type { LightgbmModel } from './model.ts';
import { applyLink } from './objectives.ts';

/** How a booster is used: by itself, or by a wrapper that knows more. */
export interface Use {
  readonly who: string;
  readonly kind: 'regressor' | 'classifier';
  /** The labels, where they are known. */
  readonly classes: readonly Value[] | undefined;
  /** Rounds that take part; absent: all. */
  readonly rounds: number | undefined;
}

/**
 * A step that predicts as LightGBM does.
 *
 * @throws {ModelLoadError} when the labels do not fit the model
 */
export function boosterStep(model: LightgbmModel, use: Use): Built {
  const { width, link } = model;
  const about = {
    featureCount: model.featureCount,
    ...(model.featureNames && { featureNames: model.featureNames }),
    textFeatures: textColumns(model.categories),
    lines: [lineOf(model, use)],
    origin: { library: 'LightGBM', version: undefined },
  };
  const predicted = (frame: Frame, refusals: Refusals): Float64Array =>
    applyLink(link, rawScores(model, use, frame, refusals), width);
  if (use.kind === 'regressor') return { kind: 'regressor', outputs: width, ...about, predict: predicted };
  if (link.decides === undefined)
    throw new ModelLoadError(`its objective '${model.objective}' gives no classes`);
  const classes = use.classes ?? Array.from({ length: Math.max(2, width) }, (_, at) => at);
  if (classes.length !== Math.max(2, width))
    throw new ModelLoadError(`it has ${classes.length} classes for ${width} scores`);
  const proba = (frame: Frame, refusals: Refusals): Float64Array => {
    const scores = predicted(frame, refusals);
    return width === 1 ? bothSides(scores) : scores;
  };
  return {
    kind: 'classifier',
    classes: [classes],
    ...about,
    proba,
    decision: (frame, refusals) => rawScores(model, use, frame, refusals),
    predict: (frame, refusals) => argmaxRows(proba(frame, refusals), classes.length),
    both(frame, refusals) {
      const probabilities = proba(frame, refusals);
      return { values: argmaxRows(probabilities, classes.length), probabilities };
    },
  };
}

/** A booster by itself, with class indices where its objective decides between classes. */
export function bareUse(model: LightgbmModel, who: string): Use {
  const kind = model.link.decides === undefined ? 'regressor' : 'classifier';
  return { who, kind, classes: undefined, rounds: undefined };
}

function rawScores(model: LightgbmModel, use: Use, frame: Frame, refusals: Refusals): Float64Array {
  const coded = encodeCategories(frame, model.categories, { refusals, unknown: 'missing' });
  const values = checkNumbers(coded, refusals, { who: use.who, missing: true, infinite: true });
  const { width } = model;
  const rounds = roundsOf(model, use);
  const scores = scoreForest(model.forest, {
    values,
    rows: frame.rows,
    width: frame.width,
    scores: width,
    trees: rounds * width,
  });
  if (model.isAveraged && rounds > 0)
    for (let at = 0; at < scores.length; at++) scores[at] = (scores[at] as number) / rounds;
  return scores;
}

function roundsOf(model: LightgbmModel, use: Use): number {
  return Math.min(model.rounds, use.rounds ?? model.rounds);
}

function lineOf(model: LightgbmModel, use: Use): string {
  const trees = `${model.forest.packed.roots.length} trees, ${model.forest.leaves.length} nodes`;
  const rounds = roundsOf(model, use);
  const stops = rounds < model.rounds ? `, the best ${rounds} of ${model.rounds} rounds` : '';
  const kind = model.isAveraged ? `random forest of ${trees}` : trees;
  return `${model.objective || 'custom objective'}, ${kind}${stops}`;
}
