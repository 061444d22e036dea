import { affineOf, applyAffine } from './affine.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { argmaxRows, bothSides, expit, normalizeRows, softmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Classifiers that decide by the sign, or the largest, of W x + b. */
export const LINEAR_CLASSIFIERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.linear_model._logistic.LogisticRegression', logistic],
  ['sklearn.linear_model._logistic.LogisticRegressionCV', logistic],
  ['sklearn.linear_model._stochastic_gradient.SGDClassifier', stochasticGradient],
  ['sklearn.linear_model._perceptron.Perceptron', plain],
  ['sklearn.linear_model._passive_aggressive.PassiveAggressiveClassifier', plain],
  ['sklearn.linear_model._ridge.RidgeClassifier', ridge],
  ['sklearn.linear_model._ridge.RidgeClassifierCV', ridge],
  ['sklearn.svm._classes.LinearSVC', plain],
  ['sklearn.discriminant_analysis.LinearDiscriminantAnalysis', discriminant],
]);

/** Turns scores (rows × 1 for two classes, else rows × classes) into probabilities. */
type Link = (scores: Float64Array, width: number) => Float64Array;

function plain(attributes: Attributes): Built {
  return classifier(attributes, attributes.labels('classes_'), undefined);
}

function ridge(attributes: Attributes): Built {
  const classes = attributes.has('_label_binarizer')
    ? attributes.child('_label_binarizer').labels('classes_')
    : attributes.labels('classes_');
  return classifier(attributes, classes, undefined);
}

function logistic(attributes: Attributes): Built {
  const classes = attributes.labels('classes_');
  const given = attributes.get('multi_class') ?? 'auto';
  const isLeftToIt = given === 'auto' || given === 'deprecated';
  const isBinary = classes.length <= 2;
  const oneVersusRest =
    given === 'ovr' ||
    given === 'warn' ||
    (isLeftToIt && (isBinary || attributes.get('solver') === 'liblinear'));
  return classifier(attributes, classes, oneVersusRest ? logisticEach : multinomial);
}

function discriminant(attributes: Attributes): Built {
  const classes = attributes.labels('classes_');
  return classifier(attributes, classes, classes.length === 2 ? logisticEach : multinomial);
}

function stochasticGradient(attributes: Attributes): Built {
  const loss = attributes.text('loss', 'hinge');
  const link =
    loss === 'log' || loss === 'log_loss' ? logisticEach : loss === 'modified_huber' ? huber : undefined;
  return classifier(attributes, attributes.labels('classes_'), link);
}

function logisticEach(scores: Float64Array, width: number): Float64Array {
  const each = scores.map((score) => expit(score));
  return width === 1 ? bothSides(each) : normalizeRows(each, width, 'uniform');
}

function multinomial(scores: Float64Array, width: number): Float64Array {
  if (width > 1) return softmaxRows(scores.slice(), width);
  const two = new Float64Array(2 * scores.length);
  for (let row = 0; row < scores.length; row++) {
    two[2 * row] = -(scores[row] as number);
    two[2 * row + 1] = scores[row] as number;
  }
  return softmaxRows(two, 2);
}

/** @see Zhang (2004), as in SGDClassifier with the loss modified_huber */
function huber(scores: Float64Array, width: number): Float64Array {
  const each = scores.map((score) => (Math.min(1, Math.max(-1, score)) + 1) / 2);
  return width === 1 ? bothSides(each) : normalizeRows(each, width, 'uniform');
}

function classifier(
  attributes: Attributes,
  classes: readonly (string | number | boolean)[],
  link: Link | undefined,
): Built {
  const affine = affineOf(attributes);
  const width = affine.outputs;
  if (width !== classes.length && !(width === 1 && classes.length === 2)) {
    throw attributes.odd('coef_', `weights for ${classes.length} classes`);
  }
  const who = attributes.className;
  const decision = (frame: Frame, refusals: Refusals): Float64Array =>
    applyAffine(affine, checkNumbers(frame, refusals, { who }), frame.rows);
  return {
    kind: 'classifier',
    featureCount: affine.width,
    classes: [classes],
    decision,
    predict: (frame, refusals) => decide(decision(frame, refusals), width),
    proba: link === undefined ? undefined : (frame, refusals) => link(decision(frame, refusals), width),
    both:
      link === undefined
        ? undefined
        : (frame, refusals) => {
            const scores = decision(frame, refusals);
            return { values: decide(scores, width), probabilities: link(scores, width) };
          },
  };
}

/** The class each row of scores decides for. */
export function decide(scores: Float64Array, width: number): Float64Array {
  return width === 1 ? scores.map((score) => (score > 0 ? 1 : 0)) : argmaxRows(scores, width);
}
