import { bodyProblem, carriedJson, readBody, readTags, readTime, readWeight } from './carried.ts';
import { type RecordJson, encodeRecords, scalarJson } from './encoding.ts';
import { type DecodeOptions, type RawRecord, decodeMessage } from './message.ts';
import type { Payload } from './payload.ts';
import type { Dialect } from './queues.ts';
import type { Decoded, IdToken, TruthRecord } from './records.ts';
import { Problem } from './refusal.ts';
import { isValue, unwrapped } from './value.ts';

/** The records of one message: those that can be used, and those that cannot. Never throws. */
export function decodeTruth(payload: Payload, options: DecodeOptions): Decoded<TruthRecord> {
  return decodeMessage(payload, options, readTruth);
}

/**
 * The messages that carry these records: native one array message, classic and superset one message a
 * record. None for no records.
 */
export function encodeTruth(records: readonly TruthRecord[], dialect: Dialect): Payload[] {
  return encodeRecords(records, dialect, TRUTH_JSON);
}

const BODY_FIELDS = ['body', 'value', 'y_true'] as const;
const EXPECTED = 'a number, text or boolean';

const TRUTH_JSON: RecordJson<TruthRecord> = {
  body: (record) => scalarJson(record.value),
  optional: carriedJson,
  aliases: BODY_FIELDS.slice(1),
  width: () => 1,
};

function readTruth(raw: RawRecord, id: IdToken, nowMs: number): TruthRecord | Problem {
  const timeMs = readTime(raw, nowMs);
  if (timeMs instanceof Problem) return timeMs;
  const tags = readTags(raw);
  if (tags instanceof Problem) return tags;
  const weight = readWeight(raw);
  if (weight instanceof Problem) return weight;
  const value = unwrapped(readBody(raw, BODY_FIELDS));
  return isValue(value) ? { id, timeMs, tags, weight, value } : bodyProblem(value, EXPECTED);
}
