/**
 * Names that may stand in a model file beside the estimators themselves: parts that the estimators read, and what
 * rides along (results of a search, scorers, random generators, losses of the training) and is only carried.
 * None of them does anything here. Exact names; a further one is a line.
 */
export const CARRIED_GLOBALS: ReadonlySet<string> = new Set([
  ...within(
    'builtins',
    'object slice set frozenset list dict tuple int float str bool bytes bytearray complex range',
  ),
  ...within('copyreg', '_reconstructor __newobj__'),
  ...within('collections', 'OrderedDict defaultdict'),
  '_codecs.encode',
  'functools.partial',
  ...within('joblib.numpy_pickle', 'NumpyArrayWrapper'),
  ...within('joblib.memory', 'Memory'),
  ...numpyNames(),
  ...scipyNames(),
  ...within('pandas.core.indexes.base', 'Index _new_Index'),
  ...within('pandas.core.indexes.range', 'RangeIndex'),
  ...within('pandas.core.indexes.numeric', 'Int64Index Float64Index'),
  ...within('xgboost.compat', 'XGBoostLabelEncoder'),
  ...within(
    'xgboost.callback',
    'TrainingCallback EarlyStopping LearningRateScheduler EvaluationMonitor TrainingCheckPoint',
  ),
  ...partNames(),
  ...trainingNames(),
  ...metricNames(),
]);

function within(module: string, names: string): string[] {
  return names.split(' ').map((name) => `${module}.${name}`);
}

function numpyNames(): string[] {
  const types =
    'float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool bool_ str_ object_';
  const functions =
    'absolute abs negative exp exp2 expm1 log log2 log10 log1p sqrt cbrt square sign sin cos tan arcsin arccos ' +
    'arctan sinh cosh tanh arcsinh arccosh arctanh reciprocal positive deg2rad rad2deg degrees radians floor ceil ' +
    'rint trunc fabs power add subtract multiply divide true_divide maximum minimum isnan isfinite';
  return [
    ...within('numpy', `dtype ndarray memmap number integer floating generic ${types} ${functions}`),
    ...within('numpy', 'nan_to_num round around clip ravel mean median array asarray sum prod max min'),
    ...within('numpy.core._multiarray_umath', `${functions} _reconstruct scalar`),
    ...within('numpy.core', '_ufunc_reconstruct'),
    ...within('numpy.core.memmap', 'memmap'),
    ...within('numpy.core.multiarray', '_reconstruct scalar'),
    ...within('numpy.core.numeric', '_frombuffer'),
    ...within('numpy.core.fromnumeric', 'round around clip ravel mean'),
    ...within('numpy.lib.type_check', 'nan_to_num'),
    ...within('numpy.lib._type_check_impl', 'nan_to_num'),
    ...within('numpy.ma', 'MaskedArray'),
    ...within('numpy.ma.core', 'MaskedArray _mareconstruct MaskedConstant'),
    ...within('numpy.random._pickle', '__randomstate_ctor __bit_generator_ctor __generator_ctor'),
    ...within('numpy.random.mtrand', 'RandomState __randomstate_ctor _rand'),
    ...within('numpy.random', '__RandomState_ctor RandomState'),
    ...within('numpy.random._generator', 'Generator'),
    ...within('numpy.random.bit_generator', 'SeedSequence __pyx_unpickle_SeedSequence'),
    'numpy.random._mt19937.MT19937',
    'numpy.random._pcg64.PCG64',
    'numpy.random._pcg64.PCG64DXSM',
    'numpy.random._philox.Philox',
    'numpy.random._sfc64.SFC64',
  ];
}

function scipyNames(): string[] {
  const matrices = 'csr csc coo bsr dia dok lil';
  return [
    ...within('scipy.special', 'expit logit'),
    ...within('scipy.special._ufuncs', 'expit logit'),
    ...matrices
      .split(' ')
      .flatMap((kind) => [
        `scipy.sparse.${kind}.${kind}_matrix`,
        `scipy.sparse._${kind}.${kind}_matrix`,
        `scipy.sparse._${kind}.${kind}_array`,
      ]),
    ...within('scipy.stats._distn_infrastructure', 'rv_frozen rv_continuous_frozen rv_discrete_frozen'),
    ...within(
      'scipy.stats._continuous_distns',
      'uniform_gen reciprocal_gen norm_gen expon_gen lognorm_gen gamma_gen beta_gen truncnorm_gen t_gen',
    ),
    ...within('scipy.stats._discrete_distns', 'randint_gen poisson_gen binom_gen geom_gen'),
  ];
}

/** Parts that the builders read. */
function partNames(): string[] {
  const distances =
    'Euclidean SEuclidean Manhattan Chebyshev Minkowski WMinkowski Mahalanobis Hamming Canberra BrayCurtis';
  const metrics = distances
    .split(' ')
    .flatMap((name) => [`${name}Distance`, `${name}Distance64`, `${name}Distance32`])
    .join(' ');
  return [
    ...within('sklearn.tree._tree', 'Tree'),
    ...within('sklearn.ensemble._hist_gradient_boosting.predictor', 'TreePredictor'),
    ...within('sklearn.ensemble._hist_gradient_boosting.binning', '_BinMapper'),
    ...within('sklearn.preprocessing._label', 'LabelBinarizer LabelEncoder MultiLabelBinarizer'),
    ...within('sklearn.compose._column_transformer', 'make_column_selector _RemainderColsList'),
    ...within('sklearn.calibration', '_CalibratedClassifier _SigmoidCalibration _TemperatureScaling'),
    'sklearn.isotonic.IsotonicRegression',
    ...within('sklearn.utils', 'Bunch'),
    ...within('sklearn.utils._bunch', 'Bunch'),
    ...within('sklearn.utils.validation', 'check_array'),
    ...within('sklearn.neighbors._kd_tree', 'KDTree KDTree64 KDTree32 newObj'),
    ...within('sklearn.neighbors._ball_tree', 'BallTree BallTree64 BallTree32 newObj'),
    ...within('sklearn.neighbors._dist_metrics', `${metrics} newObj`),
    ...within('sklearn.metrics._dist_metrics', `${metrics} newObj DistanceMetric DistanceMetric64`),
    ...within('sklearn.multiclass', '_ConstantPredictor'),
    ...within('sklearn.dummy', 'DummyClassifier DummyRegressor'),
    ...within('sklearn.feature_selection._univariate_selection', 'f_regression f_classif chi2 r_regression'),
    ...within('sklearn.feature_selection._mutual_info', 'mutual_info_regression mutual_info_classif'),
  ];
}

/** Losses, optimizers, splitters: what training left behind. */
function trainingNames(): string[] {
  const losses =
    'HalfSquaredError AbsoluteError PinballLoss HuberLoss HalfPoissonLoss HalfGammaLoss HalfTweedieLoss ' +
    'HalfTweedieLossIdentity HalfBinomialLoss HalfMultinomialLoss ExponentialLoss';
  const compiled = losses
    .split(' ')
    .map((name) => `Cy${name} __pyx_unpickle_Cy${name}`)
    .join(' ');
  const gradient =
    'Hinge SquaredHinge Log ModifiedHuber SquaredLoss Huber EpsilonInsensitive SquaredEpsilonInsensitive ' +
    'Regression Classification';
  // Some builds of scikit-learn (1.5 to 1.8) leave the package out of the names of compiled modules.
  return [
    ...within('sklearn._loss.loss', losses),
    ...within('sklearn._loss._loss', `CyLossFunction ${compiled}`),
    ...within('_loss', `CyLossFunction ${compiled}`),
    ...within('_sgd_fast', gradient),
    ...within('sklearn._loss.link', 'Interval IdentityLink LogLink LogitLink HalfLogitLink MultinomialLogit'),
    ...within('sklearn._loss.glm_distribution', distributionNames()),
    ...within('sklearn.linear_model._glm.link', 'IdentityLink LogLink LogitLink'),
    ...within('sklearn.linear_model._sgd_fast', gradient),
    ...within(
      'sklearn.ensemble._gb_losses',
      'LeastSquaresError LeastAbsoluteError HuberLossFunction QuantileLossFunction BinomialDeviance ' +
        'MultinomialDeviance ExponentialLoss',
    ),
    ...within('sklearn.ensemble._gb', 'VerboseReporter ZeroEstimator'),
    ...within(
      'sklearn.ensemble._hist_gradient_boosting.loss',
      'LeastSquares LeastAbsoluteDeviation Poisson BinaryCrossEntropy CategoricalCrossEntropy',
    ),
    ...within('sklearn.neural_network._stochastic_optimizers', 'AdamOptimizer SGDOptimizer'),
    ...within(
      'sklearn.model_selection._split',
      'KFold StratifiedKFold GroupKFold StratifiedGroupKFold ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit ' +
        'TimeSeriesSplit RepeatedKFold RepeatedStratifiedKFold LeaveOneOut LeavePOut LeaveOneGroupOut PredefinedSplit ' +
        '_CVIterableWrapper',
    ),
    ...within(
      'sklearn.utils._metadata_requests',
      'MetadataRequest MethodMetadataRequest RequestMethod MetadataRouter MethodMapping',
    ),
    ...within('sklearn.gaussian_process.kernels', 'RBF ConstantKernel WhiteKernel Sum Product Matern'),
  ];
}

function distributionNames(): string {
  return 'TweedieDistribution NormalDistribution PoissonDistribution GammaDistribution InverseGaussianDistribution DistributionBoundary';
}

/** Scorers of a search, and the functions they call. */
function metricNames(): string[] {
  return [
    ...within(
      'sklearn.metrics._scorer',
      '_PassthroughScorer _passthrough_scorer _PredictScorer _ProbaScorer _ThresholdScorer _Scorer ' +
        '_MultimetricScorer _BaseScorer _CurveScorer',
    ),
    ...within('sklearn.utils._response', '_get_response_values _get_response_values_binary'),
    ...within(
      'sklearn.metrics._regression',
      'mean_squared_error mean_absolute_error mean_squared_log_error median_absolute_error r2_score max_error ' +
        'explained_variance_score mean_absolute_percentage_error root_mean_squared_error mean_pinball_loss ' +
        'root_mean_squared_log_error mean_poisson_deviance mean_gamma_deviance mean_tweedie_deviance d2_tweedie_score ' +
        'd2_pinball_score d2_absolute_error_score',
    ),
    ...within(
      'sklearn.metrics._classification',
      'accuracy_score balanced_accuracy_score f1_score fbeta_score precision_score recall_score jaccard_score ' +
        'log_loss matthews_corrcoef cohen_kappa_score brier_score_loss hamming_loss zero_one_loss ' +
        'precision_recall_fscore_support d2_log_loss_score',
    ),
    ...within(
      'sklearn.metrics._ranking',
      'roc_auc_score average_precision_score top_k_accuracy_score ndcg_score dcg_score',
    ),
  ];
}
