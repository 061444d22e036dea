import { idKey } from '../../../wire/id.ts';
import { messageOf } from '../../../service/errors.ts';
import type { Batch } from '../ledger.ts';

/**
 * A batch in two, the records of an id together; the first has the records that were refused before.
 *
 * @returns `undefined` for a batch of one id
 */
export function halves(batch: Batch): readonly [Batch, Batch] | undefined {
  const { nowMs, predictions, truths, refused } = batch;
  const ids = [...new Set([...predictions, ...truths].map(({ id }) => idKey(id)))];
  if (ids.length < 2) return undefined;
  const inFirst = new Set(ids.slice(0, ids.length >> 1));
  const isFirst = ({ id }: { readonly id: string }): boolean => inFirst.has(idKey(id));
  const isSecond = (record: { readonly id: string }): boolean => !isFirst(record);
  return [
    { nowMs, predictions: predictions.filter(isFirst), truths: truths.filter(isFirst), refused },
    { nowMs, predictions: predictions.filter(isSecond), truths: truths.filter(isSecond), refused: NONE },
  ];
}

const NONE = { predictions: 0, truths: 0 };

/** Why a record that the database does not take is refused. */
export function refusal(error: unknown): string {
  return `the database does not store it: ${messageOf(error).slice(0, 300)}`;
}
