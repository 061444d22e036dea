import type { Attributes } from './attributes.ts';
import { aboutOf } from './averaging.ts';
import { confidenceOf, thresholdOf } from './binary-scores.ts';
import { oneVersusOneScores } from './one-versus-one.ts';
import { argmaxRows, bothSides, normalizeRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals, Scoring } from './step.ts';
import { requireClassifier, requireRegressor } from './wrappers.ts';

/** One estimator for each class, pair of classes or output. */
export const ONE_FOR_EACH: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.multiclass.OneVsRestClassifier', oneVersusRest],
  ['sklearn.multiclass.OneVsOneClassifier', oneVersusOne],
  ['sklearn.multiclass._ConstantPredictor', constant],
  ['sklearn.multioutput.MultiOutputRegressor', multiOutputRegressor],
  ['sklearn.multioutput.MultiOutputClassifier', multiOutputClassifier],
]);

function oneVersusRest(attributes: Attributes): Built {
  const binarizer = attributes.child('label_binarizer_');
  if (binarizer.text('y_type_').startsWith('multilabel')) {
    throw attributes.odd('label_binarizer_', 'one class a row, not several labels,');
  }
  const classes = binarizer.labels('classes_');
  const members = attributes.steps('estimators_');
  const isBinary = members.length === 1;
  if (members.length !== (isBinary ? 1 : classes.length))
    throw attributes.odd('estimators_', 'one for each class');
  const confidences = members.map((member) => confidenceOf(member));
  const threshold = thresholdOf(members[0]);
  const positives = members.map((member) => (member.kind === 'classifier' ? member.proba : undefined));
  const hasProba = positives.every((proba) => proba !== undefined);
  const proba: Scoring | undefined = hasProba
    ? (frame, refusals) => {
        const columns = positives.map((proba) => secondColumn(proba(frame, refusals)));
        if (isBinary) return bothSides(columns[0] as Float64Array);
        return normalizeRows(interleave(columns, frame.rows), classes.length, 'nan');
      }
    : undefined;
  return {
    kind: 'classifier',
    ...aboutOf(members.filter((member) => member.kind !== 'transformer')),
    classes: [classes],
    predict(frame, refusals) {
      const columns = confidences.map((confidence) => confidence(frame, refusals));
      if (isBinary) return (columns[0] as Float64Array).map((score) => (score > threshold ? 1 : 0));
      return lastLargest(columns, frame.rows);
    },
    proba,
    decision: (frame, refusals) =>
      interleave(
        confidences.map((confidence) => confidence(frame, refusals)),
        frame.rows,
      ),
    both: undefined,
  };
}

/** The last of the largest: scikit-learn lets a later class win a tie here. */
function lastLargest(columns: readonly Float64Array[], rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let at = 1; at < columns.length; at++) {
      if ((columns[at]?.[row] as number) >= (columns[best]?.[row] as number)) best = at;
    }
    return best;
  });
}

function oneVersusOne(attributes: Attributes): Built {
  const classes = attributes.labels('classes_');
  const members = attributes.steps('estimators_').map((step) => requireClassifier(step));
  if (members.length !== (classes.length * (classes.length - 1)) / 2)
    throw attributes.odd('estimators_', 'one for each pair');
  if (attributes.has('pairwise_indices_')) throw attributes.odd('pairwise_indices_', 'None');
  const confidences = members.map((member) => confidenceOf(member));
  const threshold = thresholdOf(members[0]);
  const decision = (frame: Frame, refusals: Refusals): Float64Array => {
    const chosen = members.map((member) => member.predict(frame, refusals));
    const sure = confidences.map((confidence) => confidence(frame, refusals));
    const scores = oneVersusOneScores({ chosen, sure, classes: classes.length, rows: frame.rows });
    return classes.length === 2 ? secondColumn(scores) : scores;
  };
  return {
    kind: 'classifier',
    ...aboutOf(members),
    classes: [classes],
    decision,
    proba: undefined,
    both: undefined,
    predict(frame, refusals) {
      const scores = decision(frame, refusals);
      if (classes.length === 2) return scores.map((score) => (score > threshold ? 1 : 0));
      return argmaxRows(scores, classes.length);
    },
  };
}

/** Stands in where training had only one class. */
function constant(attributes: Attributes): Built {
  const value = attributes.number('y_');
  return {
    kind: 'classifier',
    classes: [[0, 1]],
    predict: ({ rows }) => new Float64Array(rows).fill(value),
    proba: ({ rows }) => bothSides(new Float64Array(rows).fill(value)),
    decision: ({ rows }) => new Float64Array(rows).fill(value),
    both: undefined,
  };
}

function multiOutputRegressor(attributes: Attributes): Built {
  const members = attributes.steps('estimators_').map((step) => requireRegressor(step));
  return {
    kind: 'regressor',
    ...aboutOf(members),
    outputs: members.length,
    predict: (frame, refusals) =>
      interleave(
        members.map((member) => member.predict(frame, refusals)),
        frame.rows,
      ),
  };
}

function multiOutputClassifier(attributes: Attributes): Built {
  const members = attributes.steps('estimators_').map((step) => requireClassifier(step));
  const classes = members.map((member) => member.classes[0] ?? []);
  const hasProba = members.every((member) => member.proba !== undefined);
  return {
    kind: 'classifier',
    ...aboutOf(members),
    classes,
    predict: (frame, refusals) =>
      interleave(
        members.map((member) => member.predict(frame, refusals)),
        frame.rows,
      ),
    proba: hasProba
      ? (frame, refusals) => {
          const parts = members.map((member, at) => {
            const shares = (member.proba as Scoring)(frame, refusals);
            return { shares, width: classes[at]?.length ?? 0 };
          });
          const total = parts.reduce((sum, { width }) => sum + width, 0);
          const result = new Float64Array(frame.rows * total);
          let start = 0;
          for (const { shares, width } of parts) {
            for (let row = 0; row < frame.rows; row++) {
              result.set(shares.subarray(row * width, (row + 1) * width), row * total + start);
            }
            start += width;
          }
          return result;
        }
      : undefined,
    decision: undefined,
    both: undefined,
  };
}

function secondColumn(pairs: Float64Array): Float64Array {
  return Float64Array.from({ length: pairs.length / 2 }, (_, row) => pairs[2 * row + 1] as number);
}

function interleave(columns: readonly Float64Array[], rows: number): Float64Array {
  const width = columns.length;
  const result = new Float64Array(rows * width);
  for (const [at, column] of columns.entries()) {
    for (let row = 0; row < rows; row++) result[row * width + at] = column[row] as number;
  }
  return result;
}
