import { ModelLoadError } from '../../load-error.ts';
import { isObject } from '../pickle/values.ts';
import { packTrees, placeValues } from '../trees/packed-trees.ts';
import { addLeaves } from '../trees/walk.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { decisionTreeOf } from './decision-tree.ts';
import { membersOf, toSingle } from './forests.ts';
import { joined } from './joined.ts';
import { argmaxRows, bothSides, expit, softmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built, type Frame, type Refusals, type Step } from './step.ts';

/** Gradient boosting with scikit-learn's own trees. */
export const BOOSTING: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.ensemble._gb.GradientBoostingRegressor', regressor],
  ['sklearn.ensemble._gb.GradientBoostingClassifier', classifier],
]);

/** The smallest step of float32, within which initial probabilities are kept from 0 and 1. */
const EPSILON = 2 ** -23;
const NEW_LOSSES_SINCE = 1.04;

function regressor(attributes: Attributes): Built {
  const raw = rawScores(attributes, 1);
  const initial = initialStep(attributes);
  if (initial !== undefined && (initial.kind !== 'regressor' || initial.outputs !== 1)) {
    throw attributes.odd('init_', 'a regressor');
  }
  return {
    kind: 'regressor',
    featureCount: raw.featureCount,
    outputs: 1,
    lines: [raw.line],
    predict(frame, refusals) {
      return raw.score(frame, refusals, (single, refusals) =>
        initial === undefined ? new Float64Array(frame.rows) : initial.predict(single, refusals),
      );
    },
  };
}

function classifier(attributes: Attributes): Built {
  const classes = attributes.labels('classes_');
  const width = classes.length === 2 ? 1 : classes.length;
  const raw = rawScores(attributes, width);
  const initial = initialStep(attributes);
  const isExponential = attributes.get('loss') === 'exponential';
  const isNew = attributes.version() >= NEW_LOSSES_SINCE;
  const start = (single: Frame, refusals: Refusals): Float64Array => {
    if (initial === undefined) return new Float64Array(single.rows * width);
    return initialScores(initial, single, refusals, { width, isExponential });
  };
  const decision = (frame: Frame, refusals: Refusals): Float64Array => raw.score(frame, refusals, start);
  const link = (scores: Float64Array): Float64Array => {
    if (width > 1) return softmaxRows(scores.slice(), width);
    return bothSides(scores.map((score) => expit(isExponential ? 2 * score : score)));
  };
  const decide = (scores: Float64Array, probabilities: Float64Array): Float64Array => {
    if (width > 1) return argmaxRows(isNew ? scores : probabilities, width);
    if (isNew || isExponential) return scores.map((score) => (score >= 0 ? 1 : 0));
    return argmaxRows(probabilities, 2);
  };
  const both = (frame: Frame, refusals: Refusals): { values: Float64Array; probabilities: Float64Array } => {
    const scores = decision(frame, refusals);
    const probabilities = link(scores);
    return { values: decide(scores, probabilities), probabilities };
  };
  return {
    kind: 'classifier',
    featureCount: raw.featureCount,
    classes: [classes],
    lines: [raw.line],
    decision,
    both,
    predict: (frame, refusals) => both(frame, refusals).values,
    proba: (frame, refusals) => link(decision(frame, refusals)),
  };
}

function initialStep(attributes: Attributes): Step | undefined {
  const initial = attributes.get('init_');
  if (!isObject(initial) || initial.name === 'sklearn.ensemble._gb.ZeroEstimator') return undefined;
  if (!initial.name.startsWith('sklearn.dummy.')) {
    attributes.context.warnings.push(
      `${attributes.className} starts from an estimator that scikit-learn runs in float32: predictions agree to about 1e-6.`,
    );
  }
  return attributes.step('init_');
}

/** Scores before the first tree, from the probabilities of the initial estimator. */
function initialScores(
  initial: Step,
  frame: Frame,
  refusals: Refusals,
  { width, isExponential }: { width: number; isExponential: boolean },
): Float64Array {
  if (initial.kind !== 'classifier' || initial.proba === undefined) {
    throw new ModelLoadError('its initial estimator gives no probabilities');
  }
  const given = initial
    .proba(frame, refusals)
    .map((share) => Math.min(1 - EPSILON, Math.max(EPSILON, share)));
  if (width > 1) return given.map((share) => Math.log(share));
  const scores = new Float64Array(frame.rows);
  for (let row = 0; row < frame.rows; row++) {
    const share = given[2 * row + 1] as number;
    scores[row] = (isExponential ? 0.5 : 1) * Math.log(share / (1 - share));
  }
  return scores;
}

interface RawScores {
  readonly featureCount: number;
  readonly line: string;
  /** rows × width: what `start` gives, then each tree's leaf times the learning rate, in order. */
  score(
    frame: Frame,
    refusals: Refusals,
    start: (single: Frame, refusals: Refusals) => Float64Array,
  ): Float64Array;
}

function rawScores(attributes: Attributes, width: number): RawScores {
  const members = membersOf(attributes);
  if (members.length % width !== 0) throw attributes.odd('estimators_', `${width} trees a stage`);
  const rate = attributes.number('learning_rate', 0.1);
  const trees = members.map((member) => decisionTreeOf(member));
  const featureCount = trees[0]?.featureCount ?? 0;
  const leaves = trees.map(({ values, nodes }) => {
    if (values.length !== nodes.left.length)
      throw attributes.odd('estimators_', 'trees with one value a leaf');
    return values.map((value) => rate * value);
  });
  const { budget } = attributes.context;
  const packed = packTrees(
    trees.map(({ nodes }) => nodes),
    featureCount,
    budget,
  );
  const table = placeValues(joined(leaves, attributes), packed.places, 1, budget);
  const who = attributes.className;
  return {
    featureCount,
    line: `${trees.length} trees, ${table.length} nodes`,
    score(frame, refusals, start) {
      const values = toSingle(checkNumbers(frame, refusals, { who, single: true }));
      const scores = start(numericFrame(frame.rows, frame.width, values), refusals);
      const { rows, width: columns } = frame;
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
