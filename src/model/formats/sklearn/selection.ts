import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { selectColumns } from './frames.ts';
import { importancesOf } from './importances.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import type { Builder } from './registry.ts';
import type { Built } from './step.ts';

/** Transformers that keep some of the columns. */
export const SELECTION: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.feature_selection._variance_threshold.VarianceThreshold', variance],
  ['sklearn.feature_selection._univariate_selection.SelectKBest', kBest],
  ['sklearn.feature_selection._univariate_selection.SelectPercentile', percentile],
  ['sklearn.feature_selection._univariate_selection.SelectFpr', (attributes) => byProbability(attributes, 1)],
  ['sklearn.feature_selection._univariate_selection.SelectFwe', falseAny],
  ['sklearn.feature_selection._from_model.SelectFromModel', fromModel],
  ['sklearn.feature_selection._rfe.RFE', recursive],
  ['sklearn.feature_selection._rfe.RFECV', recursive],
  ['sklearn.feature_selection._sequential.SequentialFeatureSelector', recursive],
]);

function variance(attributes: Attributes): Built {
  const threshold = attributes.number('threshold', 0);
  const variances = attributes.numbers('variances_').values;
  return keep(
    attributes,
    [...variances].map((value) => value > threshold),
    true,
  );
}

function kBest(attributes: Attributes): Built {
  const scores = scoresOf(attributes);
  const wanted = attributes.get('k') === 'all' ? scores.length : attributes.number('k', 10);
  const order = [...scores.keys()].sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  const chosen = new Set(wanted === 0 ? [] : order.slice(-wanted));
  return keep(
    attributes,
    [...scores].map((_, at) => chosen.has(at)),
    false,
  );
}

function percentile(attributes: Attributes): Built {
  const scores = scoresOf(attributes);
  const share = attributes.number('percentile', 10);
  if (share >= 100 || share <= 0)
    return keep(
      attributes,
      [...scores].map(() => share >= 100),
      false,
    );
  const sorted = scores.toSorted();
  const place = ((100 - share) / 100) * (scores.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const threshold = below + (place % 1) * ((sorted[Math.ceil(place)] as number) - below);
  const mask = [...scores].map((score) => score > threshold);
  const ties = [...scores.keys()].filter((at) => scores[at] === threshold);
  const most = Math.floor((scores.length * share) / 100);
  for (const at of ties.slice(0, Math.max(0, most - mask.filter(Boolean).length))) mask[at] = true;
  return keep(attributes, mask, false);
}

function falseAny(attributes: Attributes): Built {
  return byProbability(attributes, attributes.numbers('pvalues_').values.length);
}

function byProbability(attributes: Attributes, divisor: number): Built {
  const level = attributes.number('alpha', 0.05) / divisor;
  return keep(
    attributes,
    [...attributes.numbers('pvalues_').values].map((value) => value < level),
    false,
  );
}

/** Keeps the features that matter enough to an estimator. */
function fromModel(attributes: Attributes): Built {
  const estimator = attributes.child(attributes.has('estimator_') ? 'estimator_' : 'estimator');
  if ((attributes.get('importance_getter') ?? 'auto') !== 'auto')
    throw attributes.odd('importance_getter', 'auto');
  const scores = importancesOf(estimator, attributes.number('norm_order', 1));
  const threshold = thresholdOf(attributes, estimator, scores);
  const most = attributes.has('max_features_') ? 'max_features_' : 'max_features';
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const chosen = new Set(attributes.has(most) ? order.slice(0, attributes.number(most)) : order);
  return keep(
    attributes,
    [...scores].map((score, at) => chosen.has(at) && !(score < threshold)),
    true,
  );
}

function thresholdOf(attributes: Attributes, estimator: Attributes, scores: Float64Array): number {
  const given = attributes.get('threshold') ?? (isSparse(estimator) ? 1e-5 : 'mean');
  if (typeof given !== 'string') return attributes.number('threshold', 1e-5);
  const [, factor, reference] = /^(?:\s*([\d.eE+-]+)\s*\*)?\s*(mean|median)\s*$/.exec(given) ?? [];
  if (reference === undefined) throw attributes.odd('threshold', 'a number, mean or median');
  const sorted = scores.toSorted();
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
  return Number(factor ?? 1) * (reference === 'median' ? median : pairwiseSum(scores) / scores.length);
}

/** Whether its penalty puts coefficients to exactly zero. */
function isSparse(estimator: Attributes): boolean {
  if (estimator.get('penalty') === 'l1' || estimator.className.includes('Lasso')) return true;
  const ratio = estimator.get('l1_ratio_') ?? estimator.get('l1_ratio');
  return (
    estimator.className.includes('ElasticNet') && typeof ratio === 'number' && Math.abs(ratio - 1) < 1e-5
  );
}

function recursive(attributes: Attributes): Built {
  return keep(attributes, attributes.list('support_').map(Boolean), true);
}

/** Scores, with NaN as the least. */
function scoresOf(attributes: Attributes): Float64Array {
  return attributes
    .numbers('scores_')
    .values.map((score) => (Number.isNaN(score) ? -Number.MAX_VALUE : score));
}

function keep(attributes: Attributes, mask: readonly boolean[], missing: boolean): Built {
  const who = attributes.className;
  const columns = mask.flatMap((kept, at) => (kept ? [at] : []));
  return {
    kind: 'transformer',
    featureCount: mask.length,
    outputWidth: columns.length,
    transform(frame, refusals) {
      checkNumbers(frame, refusals, { who, missing });
      return selectColumns(frame, columns);
    },
    lines: [`columns ${columns.map((at) => at + 1).join(', ')}`],
  };
}
