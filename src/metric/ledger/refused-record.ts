import type { LedgerRefusal } from './ledger.ts';

/** What is known of a record that the ledger cannot use. */
export interface RefusedRecord {
  readonly id: string;
  readonly value: unknown;
  readonly model?: string | undefined;
  readonly timeMs: number | undefined;
}

/** The refusal of a record, with the record as the JSON that it may have been. */
export function ledgerRefusal(
  kind: LedgerRefusal['kind'],
  why: Pick<LedgerRefusal, 'code' | 'reason'> & { readonly record: RefusedRecord },
): LedgerRefusal {
  const { id, value, model, timeMs } = why.record;
  const time = timeMs === undefined ? undefined : timeMs / 1000;
  const rest = JSON.stringify({ body: value, model, time });
  return { kind, code: why.code, reason: why.reason, text: `{"id":${id},${rest.slice(1)}` };
}
