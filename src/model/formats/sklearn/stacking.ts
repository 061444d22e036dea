import type { Attributes } from './attributes.ts';
import { aboutOf, placesOf } from './averaging.ts';
import { besideEachOther } from './frames.ts';
import type { Builder } from './registry.ts';
import {
  numericFrame,
  type Built,
  type Classifier,
  type Frame,
  type Refusals,
  type Regressor,
} from './step.ts';
import { requireClassifier, requireRegressor } from './wrappers.ts';

/** Estimators whose predictions are the features of a last one. */
export const STACKING: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.ensemble._stacking.StackingRegressor', stackingRegressor],
  ['sklearn.ensemble._stacking.StackingClassifier', stackingClassifier],
]);

function stackingRegressor(attributes: Attributes): Built {
  const members = membersOf(attributes);
  const last = requireRegressor(attributes.step('final_estimator_'));
  const prepare = preparation(attributes, members);
  return {
    kind: 'regressor',
    outputs: last.outputs,
    ...aboutOf(members),
    lines: linesOf(members, last),
    predict: (frame, refusals) => last.predict(prepare(frame, refusals), refusals),
  };
}

function stackingClassifier(attributes: Attributes): Built {
  const members = membersOf(attributes);
  const last = requireClassifier(attributes.step('final_estimator_'));
  const classes = attributes.labels('classes_');
  const prepare = preparation(attributes, members);
  const places = placesOf(last, classes.length, attributes);
  if (places.length !== classes.length)
    throw attributes.odd('final_estimator_', 'an estimator of all classes');
  const { proba, decision } = last;
  const predict = (prepared: Frame, refusals: Refusals): Float64Array =>
    last.predict(prepared, refusals).map((index) => places[index] ?? NaN);
  return {
    kind: 'classifier',
    ...aboutOf(members),
    lines: linesOf(members, last),
    classes: [classes],
    predict: (frame, refusals) => predict(prepare(frame, refusals), refusals),
    proba: proba && ((frame, refusals) => proba(prepare(frame, refusals), refusals)),
    decision: decision && ((frame, refusals) => decision(prepare(frame, refusals), refusals)),
    both:
      proba &&
      ((frame, refusals) => {
        const prepared = prepare(frame, refusals);
        return { values: predict(prepared, refusals), probabilities: proba(prepared, refusals) };
      }),
  };
}

type Member = Classifier | Regressor;

function membersOf(attributes: Attributes): Member[] {
  return attributes.steps('estimators_').map((step) => {
    if (step.kind === 'transformer') throw attributes.odd('estimators_', 'estimators');
    return step;
  });
}

function preparation(
  attributes: Attributes,
  members: readonly Member[],
): (frame: Frame, refusals: Refusals) => Frame {
  const methods = attributes.list('stack_method_').filter((method) => method !== null);
  const passes = attributes.flag('passthrough', false);
  const scorings = members.map((member, at) => scoring(member, methods[at] ?? 'predict', attributes));
  return (frame, refusals) => {
    const parts = scorings.map((score) => {
      const values = score(frame, refusals);
      return numericFrame(frame.rows, frame.rows === 0 ? 0 : values.length / frame.rows, values);
    });
    return besideEachOther(frame.rows, passes ? [...parts, frame] : parts);
  };
}

function scoring(
  member: Member,
  method: unknown,
  attributes: Attributes,
): (frame: Frame, refusals: Refusals) => Float64Array {
  if (method === 'predict') {
    if (member.kind === 'regressor') return (frame, refusals) => member.predict(frame, refusals);
    const labels = (member.classes[0] ?? []).map(Number);
    return (frame, refusals) => member.predict(frame, refusals).map((index) => labels[index] ?? NaN);
  }
  if (member.kind === 'regressor') return attributes.fail('stack_method_', 'predict for a regressor');
  const { proba, decision } = member;
  if (method === 'decision_function' && decision !== undefined) return decision;
  if (method !== 'predict_proba' || proba === undefined)
    return attributes.fail('stack_method_', 'a method that its members have');
  if (member.classes[0]?.length !== 2) return proba;
  return (frame, refusals) => {
    const shares = proba(frame, refusals);
    return Float64Array.from({ length: frame.rows }, (_, row) => shares[2 * row + 1] as number);
  };
}

function linesOf(members: readonly Member[], last: Member): string[] {
  return [...members.flatMap(({ lines }) => lines), 'then:', ...last.lines.map((line) => `  ${line}`)];
}
