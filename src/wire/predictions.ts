import {
  NAME_LENGTH_MAX,
  bodyProblem,
  carriedJson,
  readBody,
  readTags,
  readTime,
  readWeight,
} from './carried.ts';
import { type RecordJson, encodeRecords, scalarJson } from './encoding.ts';
import { type DecodeOptions, type RawRecord, decodeMessage } from './message.ts';
import type { Payload } from './payload.ts';
import type { Dialect } from './queues.ts';
import type { Decoded, IdToken, PredictionRecord, Value } from './records.ts';
import { Problem, kindOf } from './refusal.ts';
import { isValue, unwrapped } from './value.ts';

/** The name of a model whose predictions come without one. */
export const DEFAULT_MODEL = 'default';

/** The records of one message: those that can be used, and those that cannot. Never throws. */
export function decodePredictions(payload: Payload, options: DecodeOptions): Decoded<PredictionRecord> {
  return decodeMessage(payload, options, readPrediction);
}

/**
 * The messages that carry these records: native one array message, classic and superset one message a
 * record. None for no records. The classic dialect says neither model nor role.
 */
export function encodePredictions(records: readonly PredictionRecord[], dialect: Dialect): Payload[] {
  return encodeRecords(records, dialect, PREDICTION_JSON);
}

const BODY_FIELDS = ['body', 'value', 'y_pred', 'prediction'] as const;
const EXPECTED = 'a number, text or boolean, or an array of them';

const PREDICTION_JSON: RecordJson<PredictionRecord> = {
  body: ({ value }) => (isArray(value) ? `[${value.map(scalarJson).join(',')}]` : scalarJson(value)),
  optional: optionalJson,
  aliases: BODY_FIELDS.slice(1),
  width: ({ value, proba }) =>
    (isArray(value) ? value.length : 1) + (proba === undefined ? 0 : 2 * Object.keys(proba).length),
};

function readPrediction(raw: RawRecord, id: IdToken, nowMs: number): PredictionRecord | Problem {
  const timeMs = readTime(raw, nowMs);
  if (timeMs instanceof Problem) return timeMs;
  const tags = readTags(raw);
  if (tags instanceof Problem) return tags;
  const weight = readWeight(raw);
  if (weight instanceof Problem) return weight;
  const value = readValue(readBody(raw, BODY_FIELDS));
  if (value instanceof Problem) return value;
  const outputs = readOutputs(raw, value);
  if (outputs instanceof Problem) return outputs;
  const model = readName(raw, 'model') ?? DEFAULT_MODEL;
  if (model instanceof Problem) return model;
  const version = readName(raw, 'version');
  if (version instanceof Problem) return version;
  const role = raw['role'] === 'challenger' ? 'challenger' : 'champion';
  const proba = readProba(raw);
  if (proba instanceof Problem) return proba;
  const interval = readInterval(raw);
  if (interval instanceof Problem) return interval;
  return { id, timeMs, tags, weight, value, outputs, model, version, role, proba, interval };
}

function readValue(body: unknown): PredictionRecord['value'] | Problem {
  const value = unwrapped(body);
  if (isValue(value)) return value;
  if (!Array.isArray(value) || value.length < 2) return bodyProblem(value, EXPECTED);
  const wrong = value.findIndex((output) => !isValue(output));
  if (wrong === -1) return value as Value[];
  const output: unknown = value[wrong];
  const code = typeof output === 'number' ? 'not-finite' : 'bad-body';
  return new Problem(code, `output ${wrong + 1} is ${kindOf(output)}, expected a number, text or boolean`);
}

/** Names of several outputs; with a single one they say nothing. */
function readOutputs(
  raw: RawRecord,
  value: PredictionRecord['value'],
): readonly string[] | undefined | Problem {
  const outputs = raw['outputs'];
  if (outputs === undefined || outputs === null || !isArray(value)) return undefined;
  if (!Array.isArray(outputs) || !outputs.every((name) => typeof name === 'string')) {
    return new Problem('bad-field', `outputs is ${kindOf(outputs)}, expected an array of names`);
  }
  if (outputs.length === value.length) return outputs;
  return new Problem(
    'bad-field',
    `outputs has ${outputs.length} names, expected ${value.length}, one for each value`,
  );
}

function readName(raw: RawRecord, field: 'model' | 'version'): string | undefined | Problem {
  const name = raw[field];
  if (name === undefined || name === null) return undefined;
  if (typeof name === 'number' && Number.isFinite(name)) return String(name);
  if (typeof name === 'string' && name !== '' && name.length <= NAME_LENGTH_MAX) return name;
  return new Problem(
    'bad-field',
    `${field} is ${kindOf(name)}, expected a name of 1 to ${NAME_LENGTH_MAX} characters`,
  );
}

/** The probabilities of a record, `undefined` where it has none; what is wrong with them. */
export function readProba(raw: RawRecord): PredictionRecord['proba'] | Problem {
  const proba = raw['proba'];
  if (proba === undefined || proba === null) return undefined;
  if (typeof proba !== 'object' || Array.isArray(proba)) {
    return new Problem(
      'bad-field',
      `proba is ${kindOf(proba)}, expected an object of a probability for each class`,
    );
  }
  let isAbove1 = false;
  for (const [name, p] of Object.entries(proba) as [string, unknown][]) {
    if (typeof p === 'number' && p >= 0 && p <= PROBABILITY_MAX) {
      isAbove1 ||= p > 1;
      continue;
    }
    return new Problem('bad-field', `proba of ${JSON.stringify(name)} is ${kindOf(p)}, expected 0 to 1`);
  }
  const read = proba as Record<string, number>;
  if (!isAbove1) return read;
  return Object.fromEntries(Object.entries(read).map(([name, p]) => [name, Math.min(1, p)]));
}

/** A sum of shares may be above 1 by its rounding: it is 1 then. */
const PROBABILITY_MAX = 1 + 1e-6;

function readInterval(raw: RawRecord): readonly [number, number] | undefined | Problem {
  const interval = raw['interval'];
  if (interval === undefined || interval === null) return undefined;
  if (Array.isArray(interval) && interval.length === 2) {
    const [low, high] = interval as unknown[];
    if (Number.isFinite(low) && Number.isFinite(high) && (low as number) <= (high as number)) {
      return [low as number, high as number];
    }
  }
  const found = Array.isArray(interval) ? JSON.stringify(interval) : kindOf(interval);
  return new Problem('bad-field', `interval is ${found}, expected [low, high]`);
}

function optionalJson(record: PredictionRecord): string {
  let json = carriedJson(record);
  if (record.model !== DEFAULT_MODEL) json += `,"model":${JSON.stringify(record.model)}`;
  if (record.version !== undefined) json += `,"version":${JSON.stringify(record.version)}`;
  if (record.role !== 'champion') json += `,"role":"challenger"`;
  if (record.proba !== undefined) json += `,"proba":${JSON.stringify(record.proba)}`;
  if (record.interval !== undefined) json += `,"interval":[${record.interval[0]},${record.interval[1]}]`;
  if (record.outputs !== undefined) json += `,"outputs":${JSON.stringify(record.outputs)}`;
  return json;
}

/** `Array.isArray` does not narrow a readonly array away. */
function isArray(value: PredictionRecord['value']): value is readonly Value[] {
  return Array.isArray(value);
}
