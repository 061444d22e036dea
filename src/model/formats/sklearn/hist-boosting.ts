import { fieldOf } from '../pickle/ndarray.ts';
import { isArray, isObject } from '../pickle/values.ts';
import {
  packTrees,
  placeValues,
  type CategorySplits,
  type PackedTrees,
  type TreeNodes,
} from '../trees/packed-trees.ts';
import { addLeaves } from '../trees/walk.ts';
import { Attributes } from './attributes.ts';
import { joined } from './joined.ts';
import { checkNumbers } from './checks.ts';
import { requireTransformer } from './pipeline.ts';
import { argmaxRows, bothSides, expit, softmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Histogram-based gradient boosting: float64 thresholds, missing values, categories. */
export const HIST_BOOSTING: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor', regressor],
  ['sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier', classifier],
]);

function regressor(attributes: Attributes): Built {
  const raw = rawScores(attributes, 1);
  const loss = attributes.text('loss', 'squared_error');
  const isLog = loss === 'poisson' || loss === 'gamma';
  return {
    kind: 'regressor',
    outputs: 1,
    ...raw.about,
    predict(frame, refusals) {
      const scores = raw.score(frame, refusals);
      return isLog ? scores.map((score) => Math.exp(score)) : scores;
    },
  };
}

function classifier(attributes: Attributes): Built {
  const classes = attributes.labels('classes_');
  const width = classes.length === 2 ? 1 : classes.length;
  const raw = rawScores(attributes, width);
  const proba = (frame: Frame, refusals: Refusals): Float64Array => {
    const scores = raw.score(frame, refusals);
    return width > 1 ? softmaxRows(scores, width) : bothSides(scores.map((score) => expit(score)));
  };
  return {
    kind: 'classifier',
    classes: [classes],
    ...raw.about,
    decision: (frame, refusals) => raw.score(frame, refusals),
    proba,
    predict: (frame, refusals) => argmaxRows(proba(frame, refusals), classes.length),
    both(frame, refusals) {
      const probabilities = proba(frame, refusals);
      return { values: argmaxRows(probabilities, classes.length), probabilities };
    },
  };
}

interface RawScores {
  readonly about: {
    readonly featureCount: number | undefined;
    readonly textFeatures: readonly number[];
    readonly lines: readonly string[];
  };
  score(frame: Frame, refusals: Refusals): Float64Array;
}

function rawScores(attributes: Attributes, width: number): RawScores {
  const predictors = attributes.list('_predictors').flatMap((stage) => {
    const trees = attributes.listIn(stage) ?? attributes.fail('_predictors', 'lists of trees');
    if (trees.length !== width) throw attributes.odd('_predictors', `${width} trees a stage`);
    return trees.map((tree) => {
      if (!isObject(tree)) throw attributes.odd('_predictors', 'trees');
      return new Attributes(tree, attributes.context);
    });
  });
  const prepare = attributes.has('_preprocessor')
    ? requireTransformer(attributes.step('_preprocessor'))
    : undefined;
  const featureCount = attributes.has('n_features_in_')
    ? attributes.number('n_features_in_')
    : attributes.number(attributes.has('_n_features') ? '_n_features' : 'n_features_');
  const trees = predictors.map((predictor) => histTreeOf(predictor));
  const { budget } = attributes.context;
  const nodes = trees.map((tree) => tree.nodes);
  const plain = packTrees(nodes, featureCount, budget);
  const { places } = plain;
  const packed: PackedTrees = {
    ...plain,
    categories: categorySplits(attributes, trees, { featureCount, places }),
  };
  const values = joined(
    trees.map((tree) => tree.values),
    attributes,
  );
  const table = placeValues(values, places, 1, budget);
  const baseline = attributes.numbersIn(attributes.get('_baseline_prediction'))?.values;
  if (baseline?.length !== width) throw attributes.odd('_baseline_prediction', `${width} numbers`);
  const who = attributes.className;
  return {
    about: {
      featureCount,
      textFeatures: prepare?.textFeatures ?? [],
      lines: [`${trees.length} trees, ${table.length} nodes`],
    },
    score(frame, refusals) {
      const prepared = prepare === undefined ? frame : prepare.transform(frame, refusals);
      const values = checkNumbers(prepared, refusals, { who, missing: true, infinite: true });
      const scores = new Float64Array(frame.rows * width);
      for (let at = 0; at < scores.length; at++) scores[at] = baseline[at % width] as number;
      const { rows, width: columns } = prepared;
      addLeaves(packed, {
        values,
        rows,
        width: columns,
        table,
        leafWidth: 1,
        columns: width,
        result: scores,
      });
      return scores;
    },
  };
}

interface HistTree {
  readonly nodes: TreeNodes;
  readonly values: Float64Array;
  readonly isCategorical: Float64Array | undefined;
  readonly bitsets: Float64Array;
  readonly bitsetRows: Float64Array | undefined;
}

function histTreeOf(predictor: Attributes): HistTree {
  const nodes = predictor.get('nodes');
  if (!isArray(nodes)) throw predictor.odd('nodes', 'records');
  const { budget } = predictor.context;
  const optional = (name: string): Float64Array | undefined => fieldOf(nodes, name, budget);
  const field = (name: string): Float64Array =>
    optional(name) ?? predictor.fail('nodes', `records with '${name}'`);
  const isLeaf = field('is_leaf');
  const bitsets = predictor.get('raw_left_cat_bitsets');
  return {
    nodes: {
      left: field('left'),
      right: field('right'),
      features: field('feature_idx'),
      thresholds: optional('num_threshold') ?? field('threshold'),
      isLeaf: (node) => isLeaf[node] !== 0,
      missingLeft: optional('missing_go_to_left'),
    },
    values: field('value'),
    isCategorical: optional('is_categorical'),
    bitsets: predictor.numbersIn(bitsets)?.values ?? new Float64Array(),
    bitsetRows: optional('bitset_idx'),
  };
}

function categorySplits(
  attributes: Attributes,
  trees: readonly HistTree[],
  { featureCount, places }: { featureCount: number; places: Int32Array },
): CategorySplits | undefined {
  if (!trees.some(({ isCategorical }) => isCategorical?.some((flag) => flag !== 0) === true))
    return undefined;
  const { budget } = attributes.context;
  const nodes = trees.reduce((sum, tree) => sum + tree.values.length, 0);
  const words = trees.reduce((sum, tree) => sum + tree.bitsets.length, 0);
  budget.take(4 * nodes + 4 * words + 32 * featureCount);
  const rows = new Int32Array(nodes).fill(-1);
  const goLeft = new Uint32Array(words);
  let node = 0;
  let word = 0;
  for (const tree of trees) {
    for (let inside = 0; inside < tree.values.length; inside++, node++) {
      if (tree.isCategorical?.[inside] !== 1 || tree.nodes.isLeaf(inside)) continue;
      const row = tree.bitsetRows?.[inside] ?? -1;
      if (!(row >= 0 && 8 * row + 8 <= tree.bitsets.length))
        throw attributes.odd('_predictors', 'sets for each category split');
      rows[places[node] as number] = word / 8 + row;
    }
    if (tree.bitsets.length % 8 !== 0) throw attributes.odd('_predictors', 'sets of 256 categories');
    goLeft.set(tree.bitsets, word);
    word += tree.bitsets.length;
  }
  return { rows, goLeft, known: knownCategories(attributes, featureCount) };
}

/** @see scikit-learn's _BinMapper.make_known_categories_bitsets */
function knownCategories(attributes: Attributes, featureCount: number): Uint32Array {
  const mapper = attributes.child('_bin_mapper');
  const areCategories = mapper.numbers('is_categorical_').values;
  const known = new Uint32Array(8 * featureCount);
  for (const [feature, thresholds] of mapper.list('bin_thresholds_').entries()) {
    if (areCategories[feature] !== 1 || feature >= featureCount) continue;
    for (const category of mapper.numbersIn(thresholds)?.values ?? []) {
      const word = 8 * feature + ((category & 255) >> 5);
      known[word] = ((known[word] as number) | (1 << (category & 31))) >>> 0;
    }
  }
  return known;
}
