import { applyAffine, type Affine } from './affine.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { argmaxRows, bothSides, expit, softmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Multi-layer perceptrons. */
export const NEURAL_NETWORKS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.neural_network._multilayer_perceptron.MLPRegressor', regressor],
  ['sklearn.neural_network._multilayer_perceptron.MLPClassifier', classifier],
]);

const ACTIVATIONS: ReadonlyMap<unknown, (value: number) => number> = new Map([
  ['identity', (value: number) => value],
  ['logistic', expit],
  ['tanh', Math.tanh],
  ['relu', (value: number) => Math.max(0, value)],
  ['exp', Math.exp],
]);

function regressor(attributes: Attributes): Built {
  const layers = layersOf(attributes);
  const last =
    ACTIVATIONS.get(attributes.get('out_activation_')) ??
    attributes.fail('out_activation_', 'a known activation');
  const outputs = layers.at(-1)?.outputs ?? 1;
  const run = forward(attributes, layers);
  return {
    kind: 'regressor',
    featureCount: layers[0]?.width,
    outputs,
    lines: [shapeLine(layers)],
    predict: (frame, refusals) => run(frame, refusals).map((value) => last(value)),
  };
}

function classifier(attributes: Attributes): Built {
  const layers = layersOf(attributes);
  const binarizer = attributes.has('_label_binarizer') ? attributes.child('_label_binarizer') : attributes;
  const classes = binarizer.labels('classes_');
  const width = layers.at(-1)?.outputs ?? 0;
  const isSoftmax = attributes.get('out_activation_') === 'softmax';
  if (width !== (isSoftmax ? classes.length : 1) || classes.length < 2) {
    throw attributes.odd('coefs_', 'one class a row, not several labels,');
  }
  const run = forward(attributes, layers);
  const proba = (frame: Frame, refusals: Refusals): Float64Array => {
    const scores = run(frame, refusals);
    return isSoftmax ? softmaxRows(scores, width) : bothSides(scores.map((score) => expit(score)));
  };
  const decide = (probabilities: Float64Array): Float64Array => {
    if (isSoftmax) return argmaxRows(probabilities, width);
    return Float64Array.from({ length: probabilities.length / 2 }, (_, row) =>
      (probabilities[2 * row + 1] as number) > 0.5 ? 1 : 0,
    );
  };
  return {
    kind: 'classifier',
    featureCount: layers[0]?.width,
    classes: [classes],
    lines: [shapeLine(layers)],
    proba,
    decision: undefined,
    predict: (frame, refusals) => decide(proba(frame, refusals)),
    both(frame, refusals) {
      const probabilities = proba(frame, refusals);
      return { values: decide(probabilities), probabilities };
    },
  };
}

/** Scores before the last activation. */
function forward(
  attributes: Attributes,
  layers: readonly Affine[],
): (frame: Frame, refusals: Refusals) => Float64Array {
  const who = attributes.className;
  const activation =
    ACTIVATIONS.get(attributes.get('activation')) ?? attributes.fail('activation', 'a known activation');
  return (frame, refusals) => {
    let values = checkNumbers(frame, refusals, { who });
    for (const [at, layer] of layers.entries()) {
      values = applyAffine(layer, values, frame.rows);
      if (at + 1 < layers.length)
        for (let to = 0; to < values.length; to++) values[to] = activation(values[to] as number);
    }
    return values;
  };
}

function layersOf(attributes: Attributes): Affine[] {
  const intercepts = attributes.list('intercepts_').map((layer) => attributes.numbersIn(layer)?.values);
  const layers = attributes.list('coefs_').map((layer, at): Affine => {
    const found = attributes.numbersIn(layer);
    const [width = 0, outputs = 0] = found?.shape ?? [];
    const own = intercepts[at];
    if (found === undefined || found.shape.length !== 2 || own?.length !== outputs)
      throw attributes.odd('coefs_', 'layers');
    attributes.context.budget.take(8 * found.values.length);
    const weights = new Float64Array(found.values.length);
    for (let input = 0; input < width; input++) {
      for (let output = 0; output < outputs; output++) {
        weights[output * width + input] = found.values[input * outputs + output] as number;
      }
    }
    return { outputs, width, weights, intercepts: own };
  });
  if (layers.length === 0 || layers.some(({ width }, at) => at > 0 && width !== layers[at - 1]?.outputs)) {
    throw attributes.odd('coefs_', 'layers that fit each other');
  }
  return layers;
}

function shapeLine(layers: readonly Affine[]): string {
  return `layers ${[layers[0]?.width, ...layers.map(({ outputs }) => outputs)].join(' → ')}`;
}
