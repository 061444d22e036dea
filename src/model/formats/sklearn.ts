import type { Value } from '../../wire/records.ts';
import { ModelLoadError } from '../load-error.ts';
import type { LoadLimits } from '../load-limits.ts';
import type { OutputInfo, Predictions, Table } from '../predictor.ts';
import { Budget } from './budget.ts';
import { Cursor } from './pickle/cursor.ts';
import { readPickle } from './pickle/machine.ts';
import { prune } from './pickle/prune.ts';
import type { PickleValue } from './pickle/values.ts';
import type { ParsedContent, Served } from './served.ts';
import { probe } from './sklearn/guard.ts';
import { buildModel, checkGlobal } from './sklearn/registry.ts';
import { Refusals, type Classifier, type Frame, type Regressor } from './sklearn/step.ts';

/**
 * Reads a pickle (or joblib) file into plain data that can cross a thread, having built the model once to see that it can be.
 *
 * @throws {ModelLoadError}
 */
export function parseSklearn(bytes: Uint8Array, limits: LoadLimits): ParsedContent {
  const budget = new Budget(bytes.length);
  const root = readPickle(new Cursor(bytes), { checkGlobal, budget, opcodesLeft: limits.opcodesMax });
  const { step, touched } = buildModel(root, budget);
  if (step.kind === 'transformer') {
    throw new ModelLoadError(
      `it holds ${step.lines[0]?.trim()}, which changes features but predicts nothing`,
    );
  }
  probe(step);
  return { library: 'scikit-learn', unpackedBytes: bytes.length, content: prune(root, touched) };
}

/** Builds the model from what `parseSklearn` gave. */
export function buildSklearn(parsed: ParsedContent): Served {
  const root = parsed.content as PickleValue;
  const { step, warnings, version } = buildModel(root, new Budget(parsed.unpackedBytes));
  if (step.kind === 'transformer') throw new ModelLoadError('it predicts nothing');
  const { library, version: own } = step.origin ?? { library: 'scikit-learn', version };
  return serveStep(step, { library, version: own, warnings });
}

/** What serves a built step: what is known about it, and its predictions as the contract has them. */
export function serveStep(
  step: Regressor | Classifier,
  from: { library: string; version: string | undefined; warnings: readonly string[] },
): Served {
  return {
    about: {
      estimator: step.lines[0] ?? 'estimator',
      library: from.library,
      libraryVersion: from.version,
      task:
        step.kind === 'regressor'
          ? 'regression'
          : (step.classes[0]?.length ?? 0) > 2
            ? 'multiclass'
            : 'binary',
      outputs: outputsOf(step),
      featureCount: step.featureCount,
      featureNames: step.featureNames,
      textFeatures: step.textFeatures,
      steps: step.lines,
      warnings: from.warnings,
    },
    predict: (table) => predict(step, table),
  };
}

function outputsOf(step: Regressor | Classifier): OutputInfo[] {
  const classes: (readonly Value[] | undefined)[] =
    step.kind === 'classifier' ? [...step.classes] : Array.from({ length: step.outputs }, () => undefined);
  const [only, another] = [classes.length === 1, classes.length].map(Boolean);
  if (only === true && another === true) return [{ name: 'prediction', classes: classes[0] }];
  return classes.map((known, output) => ({ name: `prediction_${output}`, classes: known }));
}

function predict(step: Regressor | Classifier, table: Table): Predictions {
  if (step.featureCount !== undefined && table.width !== step.featureCount) {
    throw new RangeError(`a table of ${table.width} columns for a model of ${step.featureCount}`);
  }
  const refusals = new Refusals(table.refused);
  const frame: Frame = table;
  const { values, probabilities } = judge(step, frame, refusals);
  const refused = refusals.reasons;
  const outputs = table.rows === 0 ? 1 : values.length / table.rows;
  const classes = probabilities === undefined || table.rows === 0 ? 0 : probabilities.length / table.rows;
  for (const row of refused.keys()) {
    values.fill(NaN, row * outputs, (row + 1) * outputs);
    probabilities?.fill(NaN, row * classes, (row + 1) * classes);
  }
  return { rows: table.rows, values, probabilities, refused };
}

interface Judgement {
  readonly values: Float64Array;
  readonly probabilities: Float64Array | undefined;
}

function judge(step: Regressor | Classifier, frame: Frame, refusals: Refusals): Judgement {
  if (step.kind === 'classifier' && step.both !== undefined) return step.both(frame, refusals);
  const values = step.predict(frame, refusals);
  return { values, probabilities: step.kind === 'classifier' ? step.proba?.(frame, refusals) : undefined };
}
