import { affineOf, applyAffine } from './affine.ts';
import type { Attributes } from './attributes.ts';
import { allFinite, checkNumbers } from './checks.ts';
import type { Builder } from './registry.ts';
import type { Built } from './step.ts';

/** Regressors whose prediction is W x + b, or a link of it. */
export const LINEAR_REGRESSORS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ...[
    '_base.LinearRegression',
    '_ridge.Ridge',
    '_ridge.RidgeCV',
    '_coordinate_descent.Lasso',
    '_coordinate_descent.LassoCV',
    '_coordinate_descent.ElasticNet',
    '_coordinate_descent.ElasticNetCV',
    '_coordinate_descent.MultiTaskLasso',
    '_coordinate_descent.MultiTaskLassoCV',
    '_coordinate_descent.MultiTaskElasticNet',
    '_coordinate_descent.MultiTaskElasticNetCV',
    '_stochastic_gradient.SGDRegressor',
    '_passive_aggressive.PassiveAggressiveRegressor',
    '_huber.HuberRegressor',
    '_bayes.BayesianRidge',
    '_bayes.ARDRegression',
    '_least_angle.Lars',
    '_least_angle.LarsCV',
    '_least_angle.LassoLars',
    '_least_angle.LassoLarsCV',
    '_least_angle.LassoLarsIC',
    '_omp.OrthogonalMatchingPursuit',
    '_omp.OrthogonalMatchingPursuitCV',
    '_theil_sen.TheilSenRegressor',
    '_quantile.QuantileRegressor',
  ].map((name): [string, Builder] => [`sklearn.linear_model.${name}`, linear]),
  ['sklearn.svm._classes.LinearSVR', linear],
  ['sklearn.linear_model._glm.glm.PoissonRegressor', logLinked],
  ['sklearn.linear_model._glm.glm.GammaRegressor', logLinked],
  ['sklearn.linear_model._glm.glm.TweedieRegressor', tweedie],
]);

function linear(attributes: Attributes): Built {
  return linked(attributes, undefined);
}

function logLinked(attributes: Attributes): Built {
  return linked(attributes, Math.exp);
}

function tweedie(attributes: Attributes): Built {
  const link = attributes.text('link', 'auto');
  const isLog = link === 'log' || (link === 'auto' && attributes.number('power', 0) > 0);
  if (!isLog && link !== 'identity' && link !== 'auto') throw attributes.odd('link', 'auto, log or identity');
  return linked(attributes, isLog ? Math.exp : undefined);
}

function linked(attributes: Attributes, inverse: ((value: number) => number) | undefined): Built {
  const affine = affineOf(attributes);
  const who = attributes.className;
  return {
    kind: 'regressor',
    featureCount: affine.width,
    outputs: affine.outputs,
    predict(frame, refusals) {
      const result = applyAffine(affine, frame.values, frame.rows);
      // A value that is missing or infinite leaves no sum finite, whatever its weight; and there are fewer sums to look at.
      if (frame.cells !== undefined || !allFinite(result)) checkNumbers(frame, refusals, { who });
      return inverse === undefined ? result : result.map((value) => inverse(value));
    },
  };
}
