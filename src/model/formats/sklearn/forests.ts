import type { Value } from '../../../wire/records.ts';
import { isObject } from '../pickle/values.ts';
import { packTrees, placeValues } from '../trees/packed-trees.ts';
import { addLeaves } from '../trees/walk.ts';
import { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { classShares, decisionTreeOf, treeTakesMissing, type DecisionTree } from './decision-tree.ts';
import { joined } from './joined.ts';
import { argmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Decision trees, and forests that average them. */
export const FORESTS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.tree._classes.DecisionTreeRegressor', regressionTree],
  ['sklearn.tree._classes.ExtraTreeRegressor', regressionTree],
  ['sklearn.tree._classes.DecisionTreeClassifier', classificationTree],
  ['sklearn.tree._classes.ExtraTreeClassifier', classificationTree],
  ['sklearn.ensemble._forest.RandomForestRegressor', regressionForest],
  ['sklearn.ensemble._forest.ExtraTreesRegressor', regressionForest],
  ['sklearn.ensemble._forest.RandomForestClassifier', classificationForest],
  ['sklearn.ensemble._forest.ExtraTreesClassifier', classificationForest],
]);

function regressionTree(attributes: Attributes): Built {
  return regressor(attributes, [attributes], treeTakesMissing(attributes));
}

function regressionForest(attributes: Attributes): Built {
  const members = membersOf(attributes);
  return regressor(attributes, members, forestTakesMissing(attributes, members));
}

function classificationTree(attributes: Attributes): Built {
  return classifier(attributes, [attributes], treeTakesMissing(attributes));
}

function classificationForest(attributes: Attributes): Built {
  const members = membersOf(attributes);
  return classifier(attributes, members, forestTakesMissing(attributes, members));
}

/** The fitted trees of an ensemble. */
export function membersOf(attributes: Attributes, key = 'estimators_'): Attributes[] {
  const members = attributes.list(key).map((member) => {
    if (!isObject(member)) throw attributes.odd(key, 'fitted trees');
    return new Attributes(member, attributes.context);
  });
  if (members.length === 0) throw attributes.odd(key, 'at least one tree');
  return members;
}

function forestTakesMissing(attributes: Attributes, members: readonly Attributes[]): boolean {
  const [first] = members;
  return attributes.version() >= 1.04 && first !== undefined && treeTakesMissing(first);
}

function regressor(attributes: Attributes, members: readonly Attributes[], missing: boolean): Built {
  const trees = members.map((member) => decisionTreeOf(member));
  const outputs = sameOf(attributes, trees, ({ outputs }) => outputs);
  const summed = summedLeaves(attributes, trees, {
    width: outputs,
    leaves: trees.map(({ values }) => values),
  });
  const who = attributes.className;
  return {
    kind: 'regressor',
    featureCount: summed.featureCount,
    outputs,
    predict(frame, refusals) {
      const result = summed.score(
        toSingle(checkNumbers(frame, refusals, { who, missing, single: true })),
        frame,
      );
      return members.length === 1 ? result : result.map((value) => value / members.length);
    },
    lines: [describeTrees(trees)],
  };
}

function classifier(attributes: Attributes, members: readonly Attributes[], missing: boolean): Built {
  const trees = members.map((member) => decisionTreeOf(member));
  const outputs = sameOf(attributes, trees, (tree) => tree.outputs);
  const classes =
    outputs === 1
      ? [attributes.labels('classes_')]
      : attributes.list('classes_').map((labels) => attributes.labelsIn(labels, 'classes_'));
  const counts = classes.map(({ length }) => length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const widest = counts.reduce((most, count) => Math.max(most, count), 0);
  if (counts.length !== outputs || trees.some(({ width }) => width < widest)) {
    throw attributes.odd('classes_', 'the classes of its trees');
  }
  const shares = trees.map((tree, at) => classShares(tree, counts, members[at] as Attributes));
  const summed = summedLeaves(attributes, trees, { width: total, leaves: shares });
  const who = attributes.className;
  const proba = (frame: Frame, refusals: Refusals): Float64Array => {
    const result = summed.score(
      toSingle(checkNumbers(frame, refusals, { who, missing, single: true })),
      frame,
    );
    return members.length === 1 ? result : result.map((value) => value / members.length);
  };
  return {
    kind: 'classifier',
    featureCount: summed.featureCount,
    classes,
    proba,
    decision: undefined,
    predict: (frame, refusals) => likeliest(proba(frame, refusals), classes),
    both(frame, refusals) {
      const probabilities = proba(frame, refusals);
      return { values: likeliest(probabilities, classes), probabilities };
    },
    lines: [describeTrees(trees)],
  };
}

/** The likeliest class of each output: rows × outputs. */
export function likeliest(probabilities: Float64Array, classes: readonly (readonly Value[])[]): Float64Array {
  const total = classes.reduce((sum, { length }) => sum + length, 0);
  if (classes.length === 1) return argmaxRows(probabilities, total);
  const rows = probabilities.length / total;
  const result = new Float64Array(rows * classes.length);
  for (let row = 0; row < rows; row++) {
    let start = row * total;
    for (const [output, { length }] of classes.entries()) {
      const [best] = argmaxRows(probabilities.subarray(start, start + length), length);
      result[row * classes.length + output] = best as number;
      start += length;
    }
  }
  return result;
}

/** Numbers as scikit-learn's trees see them. */
export function toSingle(values: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) result[at] = Math.fround(values[at] as number);
  return result;
}

interface Summed {
  readonly featureCount: number;
  /** rows × width: the leaves of all trees, added in order. */
  score(values: Float64Array, frame: Frame): Float64Array;
}

function summedLeaves(
  attributes: Attributes,
  trees: readonly DecisionTree[],
  { width, leaves }: { width: number; leaves: readonly Float64Array[] },
): Summed {
  const featureCount = sameOf(attributes, trees, (tree) => tree.featureCount);
  const { budget } = attributes.context;
  const packed = packTrees(
    trees.map(({ nodes }) => nodes),
    featureCount,
    budget,
  );
  const table = placeValues(joined(leaves, attributes), packed.places, width, budget);
  return {
    featureCount,
    score(values, { rows, width: columns }) {
      const result = new Float64Array(rows * width);
      addLeaves(packed, { values, rows, width: columns, table, leafWidth: width, columns: 1, result });
      return result;
    },
  };
}

function sameOf(
  attributes: Attributes,
  trees: readonly DecisionTree[],
  read: (tree: DecisionTree) => number,
): number {
  const [first] = trees;
  const value = first === undefined ? 0 : read(first);
  if (trees.some((tree) => read(tree) !== value)) throw attributes.odd('estimators_', 'trees of one shape');
  return value;
}

function describeTrees(trees: readonly DecisionTree[]): string {
  const nodes = trees.reduce((sum, tree) => sum + tree.nodes.left.length, 0);
  return trees.length === 1 ? `${nodes} nodes` : `${trees.length} trees, ${nodes} nodes`;
}
