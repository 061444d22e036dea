import { isObject, type PickleValue } from '../pickle/values.ts';
import { Attributes } from './attributes.ts';
import { isotonicCurve } from './isotonic.ts';
import { argmaxRows, expit, softmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Classifier, Frame, Refusals, Scoring } from './step.ts';
import { requireClassifier } from './wrappers.ts';

/** Classifiers whose scores were mapped to probabilities on other rows. */
export const CALIBRATION: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.calibration.CalibratedClassifierCV', calibrated],
]);

function calibrated(attributes: Attributes): Built {
  const classes = attributes.labels('classes_');
  const width = classes.length;
  const members = attributes.list('calibrated_classifiers_').map((member) => {
    if (!isObject(member)) throw attributes.odd('calibrated_classifiers_', 'calibrated classifiers');
    return memberOf(new Attributes(member, attributes.context), classes);
  });
  const [first] = members;
  if (first === undefined) throw attributes.odd('calibrated_classifiers_', 'at least one');
  const proba = (frame: Frame, refusals: Refusals): Float64Array => {
    const sum = new Float64Array(frame.rows * width);
    for (const { score } of members) {
      const shares = score(frame, refusals);
      for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + (shares[at] as number);
    }
    return sum.map((value) => value / members.length);
  };
  return {
    kind: 'classifier',
    featureCount: first.featureCount,
    textFeatures: first.textFeatures,
    lines: [`${members.length} of:`, ...first.lines],
    classes: [classes],
    proba,
    decision: undefined,
    predict: (frame, refusals) => argmaxRows(proba(frame, refusals), width),
    both(frame, refusals) {
      const probabilities = proba(frame, refusals);
      return { values: argmaxRows(probabilities, width), probabilities };
    },
  };
}

interface Member {
  readonly featureCount: number | undefined;
  readonly textFeatures: readonly number[];
  readonly lines: readonly string[];
  readonly score: Scoring;
}

function memberOf(member: Attributes, classes: readonly unknown[]): Member {
  const inner = requireClassifier(member.step(member.has('estimator') ? 'estimator' : 'base_estimator'));
  const width = classes.length;
  const about = { featureCount: inner.featureCount, textFeatures: inner.textFeatures, lines: inner.lines };
  if (member.get('method') === 'temperature') return { ...about, score: cooled(inner, member, width) };
  const places = (inner.classes[0] ?? []).map((label) => classes.indexOf(label));
  if (places.includes(-1)) throw member.odd('estimator', 'an estimator of the same classes');
  const calibrators = member
    .list(member.has('calibrators') ? 'calibrators' : 'calibrators_')
    .map((calibrator) => curveOf(calibrator, member));
  const scores = scoresOf(inner, member);
  if (calibrators.length !== (width === 2 ? 1 : places.length))
    throw member.odd('calibrators', 'one for each class');
  const score: Scoring = (frame, refusals) => {
    const given = scores(frame, refusals);
    const result = new Float64Array(frame.rows * width);
    for (let row = 0; row < frame.rows; row++) {
      const start = row * width;
      for (const [at, curve] of calibrators.entries()) {
        const value = curve(given[row * calibrators.length + at] as number);
        result[start + (width === 2 ? 1 : (places[at] as number))] = value;
      }
      normalize(result.subarray(start, start + width));
    }
    return result;
  };
  return { ...about, score };
}

/** Logits times one number, then softmax. @see Guo et al. (2017), arXiv:1706.04599 */
function cooled(inner: Classifier, member: Attributes, width: number): Scoring {
  const [calibrator] = member.list('calibrators');
  if (!isObject(calibrator) || inner.classes[0]?.length !== width)
    throw member.odd('calibrators', 'a temperature');
  const factor = new Attributes(calibrator, member.context).number('beta_');
  const { decision, proba } = inner;
  if (decision === undefined) {
    if (proba === undefined) return member.fail('estimator', 'an estimator with scores');
    return (frame, refusals) =>
      softmaxRows(
        proba(frame, refusals).map((share) => factor * Math.log(share + SMALLEST)),
        width,
      );
  }
  return (frame, refusals) => {
    const scores = decision(frame, refusals);
    if (width > 2)
      return softmaxRows(
        scores.map((score) => factor * score),
        width,
      );
    const both = new Float64Array(2 * frame.rows);
    for (const [row, score] of scores.entries()) both.set([-factor * score, factor * score], 2 * row);
    return softmaxRows(both, 2);
  };
}

const SMALLEST = 2 ** -52;

/** rows × 1 for two classes, else rows × classes of the inner estimator. */
function scoresOf(inner: Classifier, member: Attributes): Scoring {
  const { decision, proba } = inner;
  if (decision !== undefined) return decision;
  if (proba === undefined) return member.fail('estimator', 'an estimator with scores');
  if (inner.classes[0]?.length !== 2) return proba;
  return (frame, refusals) => {
    const shares = proba(frame, refusals);
    return Float64Array.from({ length: frame.rows }, (_, row) => shares[2 * row + 1] as number);
  };
}

function curveOf(value: PickleValue, member: Attributes): (score: number) => number {
  if (!isObject(value)) throw member.odd('calibrators', 'calibrators');
  const inside = new Attributes(value, member.context);
  if (inside.className === 'IsotonicRegression') return isotonicCurve(inside);
  if (inside.className !== '_SigmoidCalibration') throw member.odd('method', 'sigmoid or isotonic');
  const slope = inside.number('a_');
  const offset = inside.number('b_');
  return (score) => expit(-(slope * score + offset));
}

function normalize(shares: Float64Array): void {
  if (shares.length === 2) shares[0] = 1 - (shares[1] as number);
  else {
    const sum = shares.reduce((total, share) => total + share, 0);
    for (let at = 0; at < shares.length; at++)
      shares[at] = sum === 0 ? 1 / shares.length : (shares[at] as number) / sum;
  }
  for (let at = 0; at < shares.length; at++) {
    if ((shares[at] as number) > 1 && (shares[at] as number) <= 1 + 1e-5) shares[at] = 1;
  }
}
