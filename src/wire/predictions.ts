import type { DecodeOptions } from './message.ts';
import type { Payload } from './payload.ts';
import type { Dialect } from './queues.ts';
import type { Decoded, PredictionRecord } from './records.ts';

/** The records of one message: those that can be used, and those that cannot. Never throws. */
export function decodePredictions(payload: Payload, options: DecodeOptions): Decoded<PredictionRecord> {
  throw new Error(`not built yet ${payload.bytes().length} ${options.nowMs}`);
}

/**
 * The messages that carry these records: native one array message (several where the rows are wide),
 * classic and superset one message a record. None for no records.
 */
export function encodePredictions(records: readonly PredictionRecord[], dialect: Dialect): Payload[] {
  throw new Error(`not built yet ${records.length} ${dialect}`);
}
