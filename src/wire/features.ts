import type { DecodeOptions } from './message.ts';
import type { Payload } from './payload.ts';
import type { Dialect } from './queues.ts';
import type { Decoded, FeatureRecord, Features } from './records.ts';

/** The records of one message: those that can be used, and those that cannot. Never throws. */
export function decodeFeatures(payload: Payload, options: DecodeOptions): Decoded<FeatureRecord> {
  throw new Error(`not built yet ${payload.bytes().length} ${options.nowMs}`);
}

/**
 * The messages that carry these records: native one array message (several where the rows are wide),
 * classic and superset one message a record. None for no records.
 */
export function encodeFeatures(records: readonly FeatureRecord[], dialect: Dialect): Payload[] {
  throw new Error(`not built yet ${records.length} ${dialect}`);
}

/**
 * Keeps the JSON text of a body that will be sent more than once (a cached dataset): encoding it then costs
 * a string concat. The text must be the JSON of exactly this array or object.
 */
export function cacheBodyJson(body: Features, json: string): void {
  throw new Error(`not built yet ${json} ${typeof body}`);
}
