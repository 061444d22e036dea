import type { Value } from '../../../wire/records.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { argmaxRows, softmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Classifiers that compare the likelihood of a row in each class. */
export const BAYES: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.naive_bayes.GaussianNB', gaussian],
  ['sklearn.naive_bayes.BernoulliNB', bernoulli],
  ['sklearn.naive_bayes.MultinomialNB', multinomial],
  ['sklearn.naive_bayes.ComplementNB', complement],
  ['sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis', quadratic],
]);

/** Logarithm of the likelihood of a row in one class, up to a constant. */
type Likelihood = (row: Float64Array, group: number) => number;

function gaussian(attributes: Attributes): Built {
  const { rows, columns, values: means } = attributes.matrix('theta_');
  const spreads = attributes.vector(attributes.has('var_') ? 'var_' : 'sigma_', rows * columns);
  const priors = attributes.vector('class_prior_', rows);
  const constants = priors.map((prior, group) => {
    let sum = 0;
    for (let at = 0; at < columns; at++)
      sum += Math.log(2 * Math.PI * (spreads[group * columns + at] as number));
    return Math.log(prior) - 0.5 * sum;
  });
  return compare(attributes, columns, (row, group) => {
    let sum = 0;
    for (let at = 0; at < columns; at++) {
      const difference = (row[at] as number) - (means[group * columns + at] as number);
      sum += (difference * difference) / (spreads[group * columns + at] as number);
    }
    return (constants[group] as number) - 0.5 * sum;
  });
}

function bernoulli(attributes: Attributes): Built {
  const { rows, columns, values: present } = attributes.matrix('feature_log_prob_');
  const priors = attributes.vector('class_log_prior_', rows);
  const absent = present.map((value) => Math.log(1 - Math.exp(value)));
  const threshold = attributes.has('binarize') ? attributes.number('binarize') : undefined;
  return compare(attributes, columns, (row, group) => {
    let sum = 0;
    let rest = 0;
    for (let at = 0; at < columns; at++) {
      const given = row[at] as number;
      const value = threshold === undefined ? given : given > threshold ? 1 : 0;
      const off = absent[group * columns + at] as number;
      sum += value * ((present[group * columns + at] as number) - off);
      rest += off;
    }
    return sum + (priors[group] as number) + rest;
  });
}

function multinomial(attributes: Attributes): Built {
  const { rows } = attributes.matrix('feature_log_prob_');
  return weighted(attributes, attributes.vector('class_log_prior_', rows));
}

function complement(attributes: Attributes): Built {
  const { rows } = attributes.matrix('feature_log_prob_');
  const isOne = attributes.labels('classes_').length === 1;
  return weighted(attributes, isOne ? attributes.vector('class_log_prior_', rows) : new Float64Array(rows));
}

function weighted(attributes: Attributes, priors: Float64Array): Built {
  const { columns, values } = attributes.matrix('feature_log_prob_');
  return compare(attributes, columns, (row, group) => {
    let sum = 0;
    for (let at = 0; at < columns; at++)
      sum += (row[at] as number) * (values[group * columns + at] as number);
    return sum + (priors[group] as number);
  });
}

function quadratic(attributes: Attributes): Built {
  const { rows, columns, values: means } = attributes.matrix('means_');
  const priors = attributes.vector('priors_', rows);
  const scalings = attributes
    .list('scalings_')
    .map((scaling) => attributes.numbersIn(scaling)?.values ?? new Float64Array());
  const rotations = attributes.list('rotations_').map((rotation, group) => {
    const found = attributes.numbersIn(rotation);
    const axes = scalings[group]?.length ?? 0;
    if (found?.values.length !== columns * axes) throw attributes.odd('rotations_', 'axes of each class');
    return found.values.map((value, at) => value * (scalings[group]?.[at % axes] as number) ** -0.5);
  });
  if (rotations.length !== rows || scalings.length !== rows)
    throw attributes.odd('rotations_', 'axes of each class');
  const logs = scalings.map((scaling) => scaling.reduce((sum, value) => sum + Math.log(value), 0));
  return compare(attributes, columns, (row, group) => {
    const axes = scalings[group]?.length ?? 0;
    const rotation = rotations[group] as Float64Array;
    let norm = 0;
    for (let axis = 0; axis < axes; axis++) {
      let sum = 0;
      for (let at = 0; at < columns; at++) {
        sum +=
          ((row[at] as number) - (means[group * columns + at] as number)) *
          (rotation[at * axes + axis] as number);
      }
      norm += sum * sum;
    }
    return -0.5 * (norm + (logs[group] as number)) + Math.log(priors[group] as number);
  });
}

function compare(attributes: Attributes, columns: number, likelihood: Likelihood): Built {
  const who = attributes.className;
  const classes: readonly Value[] = attributes.labels('classes_');
  const width = classes.length;
  const score = (frame: Frame, refusals: Refusals): Float64Array => {
    const values = checkNumbers(frame, refusals, { who });
    const result = new Float64Array(frame.rows * width);
    for (let row = 0; row < frame.rows; row++) {
      const part = values.subarray(row * columns, (row + 1) * columns);
      for (let group = 0; group < width; group++) result[row * width + group] = likelihood(part, group);
    }
    return result;
  };
  return {
    kind: 'classifier',
    featureCount: columns,
    classes: [classes],
    predict: (frame, refusals) => argmaxRows(score(frame, refusals), width),
    proba: (frame, refusals) => softmaxRows(score(frame, refusals), width),
    decision: undefined,
    both(frame, refusals) {
      const scores = score(frame, refusals);
      return { values: argmaxRows(scores, width), probabilities: softmaxRows(scores, width) };
    },
  };
}
