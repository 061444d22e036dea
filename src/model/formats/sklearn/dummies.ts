import type { Attributes } from './attributes.ts';
import { likeliest } from './forests.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame } from './step.ts';

/** Baselines that look at no feature; gradient boosting starts from one. */
export const DUMMIES: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.dummy.DummyRegressor', dummyRegressor],
  ['sklearn.dummy.DummyClassifier', dummyClassifier],
]);

function dummyRegressor(attributes: Attributes): Built {
  const { values } = attributes.numbers('constant_');
  return {
    kind: 'regressor',
    outputs: values.length,
    predict: ({ rows }) => repeat(values, rows),
    lines: [`always ${values.join(', ')}`],
  };
}

function dummyClassifier(attributes: Attributes): Built {
  const strategy = attributes.text('_strategy', attributes.text('strategy', 'prior'));
  if (strategy === 'stratified' || strategy === 'uniform') {
    throw attributes.odd('strategy', 'a strategy that is not random');
  }
  const isMany = attributes.number('n_outputs_', 1) > 1;
  const given = isMany ? attributes.list('classes_') : [attributes.get('classes_')];
  const priors = isMany ? attributes.list('class_prior_') : [attributes.get('class_prior_')];
  const classes = given.map((labels) => attributes.labelsIn(labels, 'classes_'));
  const constants = strategy === 'constant' ? constantsOf(attributes, isMany) : [];
  const shares = classes.flatMap((labels, output) => {
    const prior = attributes.numbersIn(priors[output])?.values;
    if (prior?.length !== labels.length) throw attributes.odd('class_prior_', 'a share for each class');
    if (strategy === 'prior') return [...prior];
    const chosen =
      strategy === 'constant'
        ? labels.indexOf(constants[output] as never)
        : prior.indexOf(Math.max(...prior));
    return labels.map((_, at) => (at === chosen ? 1 : 0));
  });
  const row = Float64Array.from(shares);
  const proba = ({ rows }: Frame): Float64Array => repeat(row, rows);
  return {
    kind: 'classifier',
    classes,
    proba,
    decision: undefined,
    both: undefined,
    predict: (frame) => likeliest(proba(frame), classes),
  };
}

function constantsOf(attributes: Attributes, isMany: boolean): readonly unknown[] {
  const value = attributes.get('constant');
  return attributes.listIn(value)?.flat() ?? (isMany ? [] : [value]);
}

function repeat(row: Float64Array, rows: number): Float64Array {
  const result = new Float64Array(rows * row.length);
  for (let at = 0; at < rows; at++) result.set(row, at * row.length);
  return result;
}
