import type { Delivery } from '../broker/broker.ts';
import type { Clock } from '../service/clock.ts';
import { decodeFeatures } from '../wire/features.ts';
import { piecesOf } from '../wire/pieces.ts';
import type { FeatureRecord, Refusal } from '../wire/records.ts';
import { SERVING_LIMITS } from './serving-limits.ts';

/** Rows that are scored together, and what could not be read before them. */
export interface Group {
  readonly records: readonly FeatureRecord[];
  readonly refused: readonly Refusal[];
}

/**
 * The records of a batch of messages, in order, a bounded number at a time however the messages divide them. Of a big
 * message each piece is a group, and the next one is read when that has been taken.
 */
export function* groupsOf(batch: readonly Delivery[], clock: Clock): Generator<Group, void, undefined> {
  let records: FeatureRecord[] = [];
  let refused: Refusal[] = [];
  let rowsMax: number = SERVING_LIMITS.rowsAtOnceMax;
  for (const { payload } of batch) {
    for (const piece of piecesOf(payload)) {
      const { recordsBefore } = piece;
      const decoded = decodeFeatures(piece.payload, { nowMs: clock.nowMs(), recordsBefore });
      for (const problem of decoded.refused) refused.push(problem);
      for (const record of decoded.records) {
        if (records.length === 0) rowsMax = rowsOfWidth(widthOf(record));
        records.push(record);
        if (records.length < rowsMax) continue;
        yield { records, refused };
        records = [];
        refused = [];
      }
      if (piece.isLast) continue;
      yield { records, refused };
      records = [];
      refused = [];
    }
  }
  if (records.length > 0 || refused.length > 0) yield { records, refused };
}

function rowsOfWidth(width: number): number {
  const { rowsAtOnceMax, cellsAtOnceMax } = SERVING_LIMITS;
  return Math.max(1, Math.min(rowsAtOnceMax, Math.floor(cellsAtOnceMax / Math.max(1, width))));
}

function widthOf({ body }: FeatureRecord): number {
  return Array.isArray(body) ? body.length : Object.keys(body).length;
}
