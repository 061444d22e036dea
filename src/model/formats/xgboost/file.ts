import type { Value } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import { readJson } from '../bounded-json.ts';
import { Budget } from '../budget.ts';
import type { ParsedContent, Served } from '../served.ts';
import { serveStep } from '../sklearn.ts';
import { readBinary } from './binary.ts';
import { Document } from './document.ts';
import { readModel, type XgboostModel } from './model.ts';
import { boosterStep, type Use } from './step.ts';
import { readUbj } from './ubj.ts';

/** The ways in which XGBoost has written models. */
export type XgboostFormat = 'XGBoost JSON' | 'XGBoost UBJ' | 'XGBoost binary';

const JSON_FOLLOWS = new Set(['"', '}', ' ', '\t', '\r', '\n']);
const UBJ_FOLLOWS = new Set(['L', 'l', 'I', 'i', 'U', '#', '$']);
const BINARY_PARAM_BYTES = 136;

/** What XGBoost format these bytes are in, by how they begin. */
export function xgboostFormat(bytes: Uint8Array): XgboostFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString('latin1');
  if (start.startsWith('{')) {
    if (UBJ_FOLLOWS.has(start[1] ?? '')) return 'XGBoost UBJ';
    return JSON_FOLLOWS.has(start[1] ?? '') ? 'XGBoost JSON' : undefined;
  }
  if (start.startsWith('binf') || start.startsWith('CONFIG-offset:')) return 'XGBoost binary';
  const objective = start.slice(BINARY_PARAM_BYTES + 8);
  return /^(?:reg|binary|multi|count|rank|survival):[a-z]/.test(objective) ? 'XGBoost binary' : undefined;
}

/**
 * Reads a model in any of XGBoost's formats.
 *
 * @throws {ModelLoadError}
 */
export function readXgboost(bytes: Uint8Array, budget: Budget): XgboostModel {
  const format = xgboostFormat(bytes);
  if (format === 'XGBoost JSON') return readModel(new Document(readJson(bytes, budget), budget), budget);
  if (format === 'XGBoost UBJ') return readModel(new Document(readUbj(bytes, budget), budget), budget);
  if (format === 'XGBoost binary') return readBinary(bytes, budget);
  throw new ModelLoadError('its booster is in none of the formats of XGBoost');
}

/**
 * Reads a model file that XGBoost wrote, having built it once to see that it can be.
 *
 * @throws {ModelLoadError}
 */
export function parseXgboost(bytes: Uint8Array): ParsedContent {
  const model = readXgboost(bytes, new Budget(bytes.length));
  const parsed: ParsedContent = { library: 'XGBoost', unpackedBytes: bytes.length, content: model };
  buildXgboost(parsed);
  return parsed;
}

/** Builds the model from what `parseXgboost` gave. */
export function buildXgboost(parsed: ParsedContent): Served {
  const model = parsed.content as XgboostModel;
  const use = useOfFile(model);
  const step = boosterStep(model, use);
  const lines = ['Booster', ...(step.lines ?? []).map((line) => `  ${line}`)];
  const about = {
    featureCount: model.featureCount,
    featureNames: model.featureNames,
    textFeatures: step.textFeatures ?? [],
    lines,
  };
  if (step.kind === 'transformer') throw new ModelLoadError('it predicts nothing');
  return serveStep({ ...step, ...about }, { library: 'XGBoost', version: model.version, warnings: [] });
}

/** How a model is used that comes without a wrapper, by what the wrapper noted in it when saving. */
export function useOfFile(model: XgboostModel): Use {
  const noted = notedBy(model.wrapper);
  const type = noted?.has('_estimator_type') === true ? noted.text('_estimator_type') : undefined;
  const decides = model.link === 'softmax' || model.link === 'hinge' || model.objective === 'binary:logistic';
  const kind =
    type === undefined ? (decides ? 'classifier' : 'regressor') : type === 'classifier' ? type : 'regressor';
  return {
    who: 'XGBoost',
    kind,
    classes: kind === 'classifier' ? notedClasses(noted) : undefined,
    missing: noted?.has('missing') === true ? noted.number('missing') : NaN,
    isWrapped: noted !== undefined,
  };
}

function notedBy(text: string | undefined): Document | undefined {
  if (text === undefined) return undefined;
  const budget = new Budget(text.length);
  return new Document(readJson(Buffer.from(text), budget), budget);
}

/** Before 1.6 labels could be texts, kept by a label encoder. */
function notedClasses(noted: Document | undefined): readonly Value[] | undefined {
  const encoder = noted?.has('_le') === true ? noted.child('_le') : noted;
  const classes = encoder?.get('classes_');
  if (!Array.isArray(classes)) return undefined;
  const labels = classes.filter(
    (label) => typeof label === 'string' || typeof label === 'number' || typeof label === 'boolean',
  );
  return labels.length === classes.length ? labels : undefined;
}
