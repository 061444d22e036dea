import { ModelLoadError } from '../../load-error.ts';
import { isObject, type PickleValue } from '../pickle/values.ts';
import { Attributes } from './attributes.ts';
import { columnIndices } from './column-selection.ts';
import { besideEachOther, selectColumns } from './frames.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals, Step, Transformer } from './step.ts';

/** Steps one after the other, and side by side. */
export const PIPELINES: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.pipeline.Pipeline', pipeline],
  ['sklearn.pipeline.FeatureUnion', featureUnion],
  ['sklearn.compose._column_transformer.ColumnTransformer', columnTransformer],
]);

function pipeline(attributes: Attributes): Built {
  const steps = attributes
    .list('steps')
    .map((entry) => (Array.isArray(entry) ? entry[1] : undefined))
    .filter((step) => step !== null && step !== 'passthrough')
    .map((step) => attributes.context.build(step));
  const last = steps.at(-1);
  if (last === undefined) throw attributes.odd('steps', 'at least one step');
  const before = steps.slice(0, -1).map((step) => requireTransformer(step));
  const prepare = (frame: Frame, refusals: Refusals): Frame =>
    before.reduce((current, step) => step.transform(current, refusals), frame);
  const first = steps.find((step) => !(step.kind === 'transformer' && step.keepsWidth === true)) ?? last;
  const about = {
    featureCount: first.featureCount,
    featureNames: steps[0]?.featureNames ?? first.featureNames,
    textFeatures: first.textFeatures,
    lines: steps.flatMap((step) => step.lines),
  };
  return { ...after(last, prepare), ...about };
}

/** A step that sees rows only after they were prepared. */
export function after(step: Step, prepare: (frame: Frame, refusals: Refusals) => Frame): Built {
  if (step.kind === 'transformer') {
    return {
      kind: 'transformer',
      outputWidth: step.outputWidth,
      transform: (frame, refusals) => step.transform(prepare(frame, refusals), refusals),
    };
  }
  if (step.kind === 'regressor') {
    return {
      kind: 'regressor',
      outputs: step.outputs,
      predict: (frame, refusals) => step.predict(prepare(frame, refusals), refusals),
    };
  }
  const { proba, decision, both } = step;
  return {
    kind: 'classifier',
    classes: step.classes,
    predict: (frame, refusals) => step.predict(prepare(frame, refusals), refusals),
    proba: proba && ((frame, refusals) => proba(prepare(frame, refusals), refusals)),
    decision: decision && ((frame, refusals) => decision(prepare(frame, refusals), refusals)),
    both: both && ((frame, refusals) => both(prepare(frame, refusals), refusals)),
  };
}

interface Part {
  readonly columns: readonly number[] | undefined;
  readonly step: Transformer | undefined;
  readonly weight: number;
}

function featureUnion(attributes: Attributes): Built {
  const weights = weightsOf(attributes.get('transformer_weights'));
  const parts = attributes.list('transformer_list').flatMap((entry): Part[] => {
    const [name, step] = Array.isArray(entry) ? entry : [];
    if (step === 'drop' || step === null) return [];
    const built = step === 'passthrough' ? undefined : requireTransformer(attributes.context.build(step));
    return [{ columns: undefined, step: built, weight: weights(name) }];
  });
  const counted = parts.find(({ step }) => step?.featureCount !== undefined)?.step;
  return {
    ...sideBySide(parts),
    featureCount: counted?.featureCount,
    textFeatures: parts.flatMap(({ step }) => step?.textFeatures ?? []),
    lines: parts.flatMap(({ step }) => step?.lines ?? ['passthrough']),
  };
}

function columnTransformer(attributes: Attributes): Built {
  const weights = weightsOf(attributes.get('transformer_weights'));
  const names = inputNames(attributes);
  const count = attributes.has('n_features_in_')
    ? attributes.number('n_features_in_')
    : attributes.has('_n_features')
      ? attributes.number('_n_features')
      : (names?.length ?? attributes.fail('n_features_in_', 'the number of columns'));
  const parts = attributes.list('transformers_').flatMap((entry): Part[] => {
    const [name, step, selection] = Array.isArray(entry) ? entry : [];
    if (step === 'drop') return [];
    const columns = columnIndices(selection, { count, names, attributes });
    if (columns.length === 0) return [];
    const isPassed = step === 'passthrough' || isIdentity(step, attributes);
    const built = isPassed ? undefined : requireTransformer(attributes.context.build(step));
    if (built?.featureCount !== undefined && built.featureCount !== columns.length) {
      throw attributes.odd('transformers_', `a step for ${columns.length} columns`);
    }
    return [{ columns, step: built, weight: weights(name) }];
  });
  return {
    ...sideBySide(parts),
    featureCount: count,
    featureNames: names,
    textFeatures: parts.flatMap(({ columns, step }) =>
      (step?.textFeatures ?? []).map((at) => columns?.[at] ?? at),
    ),
    lines: parts.flatMap(({ columns, step }) => [
      `columns ${(columns ?? []).map((at) => names?.[at] ?? at + 1).join(', ')}:`,
      ...(step?.lines ?? ['passthrough']).map((line) => `  ${line}`),
    ]),
  };
}

function sideBySide(parts: readonly Part[]): Built {
  const widths = parts.map(({ columns, step }) => (step === undefined ? columns?.length : step.outputWidth));
  const isKnown = widths.every((width) => width !== undefined);
  return {
    kind: 'transformer',
    outputWidth: isKnown ? widths.reduce<number>((sum, width) => sum + (width ?? 0), 0) : undefined,
    transform(frame, refusals) {
      const frames = parts.map(({ columns, step, weight }) => {
        const chosen = columns === undefined ? frame : selectColumns(frame, columns);
        const changed = step === undefined ? chosen : step.transform(chosen, refusals);
        return weight === 1 ? changed : { ...changed, values: changed.values.map((value) => value * weight) };
      });
      if (frames.length === 0)
        return { rows: frame.rows, width: 0, values: new Float64Array(), cells: undefined };
      return besideEachOther(frame.rows, frames);
    },
  };
}

/** Newer versions keep a FunctionTransformer without a function where the user wrote `passthrough`. */
function isIdentity(step: PickleValue | undefined, attributes: Attributes): boolean {
  if (!isObject(step) || step.name !== 'sklearn.preprocessing._function_transformer.FunctionTransformer')
    return false;
  return !new Attributes(step, attributes.context).has('func');
}

/** Names of the columns it was trained on; older versions kept them as a pandas index. */
function inputNames(attributes: Attributes): readonly string[] | undefined {
  for (const key of ['feature_names_in_', '_feature_names_in', '_df_columns']) {
    const value = attributes.get(key);
    const index = isObject(value) ? indexData(value.args[1]) : value;
    const names = attributes.listIn(index ?? undefined);
    if (names?.every((name) => typeof name === 'string') === true) return names;
  }
  return undefined;
}

function indexData(value: PickleValue | undefined): PickleValue | undefined {
  return value instanceof Map ? value.get('data') : undefined;
}

function weightsOf(value: PickleValue | undefined): (name: PickleValue | undefined) => number {
  return (name) => {
    const weight = value instanceof Map && name !== undefined ? value.get(name) : undefined;
    return typeof weight === 'number' ? weight : 1;
  };
}

/** @throws {ModelLoadError} when an estimator stands where rows are to be changed */
export function requireTransformer(step: Step): Transformer {
  if (step.kind === 'transformer') return step;
  throw new ModelLoadError(
    `it uses ${step.lines[0] ?? 'an estimator'} in the middle of a pipeline, which we do not run`,
  );
}
