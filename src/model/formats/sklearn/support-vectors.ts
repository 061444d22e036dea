import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { kernelOf } from './kernels.ts';
import { oneVersusOneScores } from './one-versus-one.ts';
import { couplePairs, sigmoid } from './pairwise-coupling.ts';
import { argmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Support vector machines with kernels, as libsvm computes them. */
export const SUPPORT_VECTORS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.svm._classes.SVR', regressor],
  ['sklearn.svm._classes.NuSVR', regressor],
  ['sklearn.svm._classes.SVC', classifier],
  ['sklearn.svm._classes.NuSVC', classifier],
]);

function regressor(attributes: Attributes): Built {
  const vectors = supportVectors(attributes);
  const weights = attributes.vector(
    attributes.has('_dual_coef_') ? '_dual_coef_' : 'dual_coef_',
    vectors.count,
  );
  const [intercept = 0] = interceptsOf(attributes, 1);
  return {
    kind: 'regressor',
    featureCount: vectors.width,
    outputs: 1,
    predict(frame, refusals) {
      const result = new Float64Array(frame.rows);
      vectors.similarities(frame, refusals, (row, similar) => {
        let sum = 0;
        for (let at = 0; at < vectors.count; at++) sum += (weights[at] as number) * (similar[at] as number);
        result[row] = sum + intercept;
      });
      return result;
    },
  };
}

function classifier(attributes: Attributes): Built {
  const classes = attributes.labels('classes_');
  const count = classes.length;
  const pairs = pairDecisions(attributes, count);
  const isBinary = count === 2;
  const platt = plattOf(attributes, pairs.count);
  const oneVersusRest = attributes.text('decision_function_shape', 'ovr') === 'ovr';
  const scoresOf = (decisions: Float64Array, rows: number): Float64Array => {
    if (isBinary) return decisions.map((value) => -value);
    const sure = Array.from({ length: pairs.count }, (_, pair) =>
      Float64Array.from({ length: rows }, (_, row) => -(decisions[row * pairs.count + pair] as number)),
    );
    const chosen = sure.map((column) => column.map((value) => (value > 0 ? 1 : 0)));
    return oneVersusOneScores({ chosen, sure, classes: count, rows });
  };
  const breaksTies = attributes.flag('break_ties', false) && oneVersusRest && !isBinary;
  const labelsOf = (decisions: Float64Array, rows: number): Float64Array => {
    if (breaksTies) return argmaxRows(scoresOf(decisions, rows), count);
    return argmaxRows(votes(decisions, rows, count), count);
  };
  const probaOf = (decisions: Float64Array, rows: number): Float64Array => {
    const result = new Float64Array(rows * count);
    const given = new Float64Array(pairs.count);
    for (let row = 0; row < rows; row++) {
      for (let pair = 0; pair < pairs.count; pair++) {
        given[pair] = sigmoid(
          (decisions[row * pairs.count + pair] as number) * (platt?.slopes[pair] ?? 0) +
            (platt?.offsets[pair] ?? 0),
        );
      }
      result.set(couplePairs(given, count), row * count);
    }
    return result;
  };
  return {
    kind: 'classifier',
    featureCount: pairs.width,
    classes: [classes],
    predict: (frame, refusals) => labelsOf(pairs.decide(frame, refusals), frame.rows),
    decision: (frame, refusals) => scoresOf(pairs.decide(frame, refusals), frame.rows),
    proba: platt && ((frame, refusals) => probaOf(pairs.decide(frame, refusals), frame.rows)),
    both:
      platt &&
      ((frame, refusals) => {
        const decisions = pairs.decide(frame, refusals);
        return { values: labelsOf(decisions, frame.rows), probabilities: probaOf(decisions, frame.rows) };
      }),
  };
}

/** One vote for each pair; the first of the most wins. */
function votes(decisions: Float64Array, rows: number, classes: number): Float64Array {
  const result = new Float64Array(rows * classes);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let first = 0; first < classes; first++) {
      for (let second = first + 1; second < classes; second++) {
        const winner = row * classes + ((decisions[at++] as number) > 0 ? first : second);
        result[winner] = (result[winner] as number) + 1;
      }
    }
  }
  return result;
}

interface Pairs {
  readonly width: number;
  readonly count: number;
  /** rows × pairs of classes; above 0 the first of the two. */
  decide(frame: Frame, refusals: Refusals): Float64Array;
}

/** @see libsvm's svm_predict_values */
function pairDecisions(attributes: Attributes, classes: number): Pairs {
  const vectors = supportVectors(attributes);
  const count = (classes * (classes - 1)) / 2;
  const key = attributes.has('_dual_coef_') ? '_dual_coef_' : 'dual_coef_';
  const weights = attributes.vector(key, (classes - 1) * vectors.count);
  const intercepts = interceptsOf(attributes, count);
  const sizes = attributes.vector(attributes.has('_n_support') ? '_n_support' : 'n_support_', classes);
  if (sizes.reduce((sum, size) => sum + size, 0) !== vectors.count)
    throw attributes.odd('_n_support', 'the vectors of each class');
  const starts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, size) => sum + size, 0));
  const sumOf = (similar: Float64Array, row: number, group: number): number => {
    const from = starts[group] as number;
    const to = from + (sizes[group] as number);
    let sum = 0;
    for (let at = from; at < to; at++)
      sum += (weights[row * vectors.count + at] as number) * (similar[at] as number);
    return sum;
  };
  return {
    width: vectors.width,
    count,
    decide(frame, refusals) {
      const result = new Float64Array(frame.rows * count);
      vectors.similarities(frame, refusals, (row, similar) => {
        let to = row * count;
        for (let first = 0; first < classes; first++) {
          for (let second = first + 1; second < classes; second++) {
            const intercept = intercepts[to - row * count] as number;
            result[to++] = sumOf(similar, second - 1, first) + sumOf(similar, first, second) + intercept;
          }
        }
      });
      return result;
    },
  };
}

interface SupportVectors {
  readonly width: number;
  readonly count: number;
  similarities(frame: Frame, refusals: Refusals, each: (row: number, similar: Float64Array) => void): void;
}

function supportVectors(attributes: Attributes): SupportVectors {
  const who = attributes.className;
  const { rows: count, columns: width, values } = attributes.matrix('support_vectors_');
  const kernel = kernelOf(attributes);
  return {
    width,
    count,
    similarities(frame, refusals, each) {
      const given = checkNumbers(frame, refusals, { who });
      const similar = new Float64Array(count);
      for (let row = 0; row < frame.rows; row++) {
        const point = given.subarray(row * width, (row + 1) * width);
        for (let at = 0; at < count; at++) similar[at] = kernel(point, values, at * width);
        each(row, similar);
      }
    },
  };
}

/** libsvm's own, before scikit-learn turns the sign for two classes. */
function interceptsOf(attributes: Attributes, count: number): Float64Array {
  return attributes.vector(attributes.has('_intercept_') ? '_intercept_' : 'intercept_', count);
}

function plattOf(
  attributes: Attributes,
  pairs: number,
): { slopes: Float64Array; offsets: Float64Array } | undefined {
  const isNew = attributes.has('_probA');
  const slopes = attributes.numbersIn(attributes.get(isNew ? '_probA' : 'probA_'))?.values;
  const offsets = attributes.numbersIn(attributes.get(isNew ? '_probB' : 'probB_'))?.values;
  return slopes?.length === pairs && offsets?.length === pairs ? { slopes, offsets } : undefined;
}
