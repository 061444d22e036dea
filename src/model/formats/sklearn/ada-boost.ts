import type { Attributes } from './attributes.ts';
import { aboutOf } from './averaging.ts';
import { checkNumbers } from './checks.ts';
import { decide } from './linear-classifiers.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { softmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Classifier, Frame, Refusals } from './step.ts';
import { requireClassifier, requireRegressor } from './wrappers.ts';

/** Adaptive boosting. @see Zhu, Zou, Rosset, Hastie (2009), doi:10.4310/SII.2009.v2.n3.a8; Drucker (1997) */
export const ADA_BOOST: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.ensemble._weight_boosting.AdaBoostRegressor', regressor],
  ['sklearn.ensemble._weight_boosting.AdaBoostClassifier', classifier],
]);

const SYMMETRIC_SINCE = 1.04;
const SMALLEST_SHARE = 2 ** -52;

/** The weighted median of the members. */
function regressor(attributes: Attributes): Built {
  const who = attributes.className;
  const members = attributes.steps('estimators_').map((step) => requireRegressor(step));
  const weights = attributes.numbers('estimator_weights_').values;
  if (weights.length < members.length) throw attributes.odd('estimator_weights_', 'a weight for each member');
  return {
    kind: 'regressor',
    outputs: 1,
    ...aboutOf(members.slice(0, 1)),
    predict(frame, refusals) {
      checkNumbers(frame, refusals, { who });
      const predicted = members.map((member) => member.predict(frame, refusals));
      const order = members.map((_, at) => at);
      return Float64Array.from({ length: frame.rows }, (_, row) => {
        const valueOf = (member: number): number => predicted[member]?.[row] as number;
        order.sort((a, b) => valueOf(a) - valueOf(b) || a - b);
        const total = order.reduce((sum, member) => sum + (weights[member] as number), 0);
        let passed = 0;
        const median = order.find((member) => (passed += weights[member] as number) >= 0.5 * total);
        return valueOf(median ?? (order[0] as number));
      });
    },
  };
}

function classifier(attributes: Attributes): Built {
  const who = attributes.className;
  const members = attributes.steps('estimators_').map((step) => requireClassifier(step));
  const classes = attributes.labels('classes_');
  const width = classes.length;
  const weights = attributes.numbers('estimator_weights_').values;
  if (weights.length < members.length) throw attributes.odd('estimator_weights_', 'a weight for each member');
  const total = pairwiseSum(weights);
  const isReal = attributes.get('algorithm') === 'SAMME.R';
  const against = attributes.version() >= SYMMETRIC_SINCE ? -1 / (width - 1) : 0;
  const places = members.map((member) => (member.classes[0] ?? []).map((label) => classes.indexOf(label)));
  if (isReal && members.some((member) => member.proba === undefined || member.classes[0]?.length !== width)) {
    throw attributes.odd('estimators_', 'members with probabilities for all classes');
  }
  const decision = (frame: Frame, refusals: Refusals): Float64Array => {
    checkNumbers(frame, refusals, { who });
    const sum = new Float64Array(frame.rows * width);
    for (const [at, member] of members.entries()) {
      if (isReal) addReal(sum, member, frame, refusals);
      else {
        const weight = weights[at] as number;
        const chosen = member.predict(frame, refusals).map((index) => places[at]?.[index] ?? -1);
        for (let to = 0; to < sum.length; to++) {
          const isChosen = chosen[Math.floor(to / width)] === to % width;
          sum[to] = (sum[to] as number) + (isChosen ? weight : against * weight);
        }
      }
    }
    const scores = sum.map((value) => value / total);
    if (width !== 2) return scores;
    return Float64Array.from(
      { length: frame.rows },
      (_, row) => -(scores[2 * row] as number) + (scores[2 * row + 1] as number),
    );
  };
  const link = (scores: Float64Array): Float64Array => {
    if (width !== 2)
      return softmaxRows(
        scores.map((score) => score / (width - 1)),
        width,
      );
    return softmaxRows(
      Float64Array.from(
        { length: 2 * scores.length },
        (_, at) => ((at % 2 === 0 ? -1 : 1) * (scores[at >> 1] as number)) / 2,
      ),
      2,
    );
  };
  return {
    kind: 'classifier',
    ...aboutOf(members.slice(0, 1)),
    classes: [classes],
    decision,
    predict: (frame, refusals) => decide(decision(frame, refusals), width === 2 ? 1 : width),
    proba: (frame, refusals) => link(decision(frame, refusals)),
    both(frame, refusals) {
      const scores = decision(frame, refusals);
      return { values: decide(scores, width === 2 ? 1 : width), probabilities: link(scores) };
    },
  };
}

/** The SAMME.R vote: (K − 1)(log p − mean log p). */
function addReal(sum: Float64Array, member: Classifier, frame: Frame, refusals: Refusals): void {
  const width = sum.length / frame.rows;
  const logs = (member.proba?.(frame, refusals) ?? sum).map((share) =>
    Math.log(Math.max(share, SMALLEST_SHARE)),
  );
  for (let start = 0; start < sum.length; start += width) {
    const all = pairwiseSum(logs.subarray(start, start + width));
    for (let at = start; at < start + width; at++) {
      sum[at] = (sum[at] as number) + (width - 1) * ((logs[at] as number) - (1 / width) * all);
    }
  }
}
