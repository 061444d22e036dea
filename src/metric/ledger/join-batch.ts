import { idKey } from '../../wire/id.ts';
import type { Entry } from './entry.ts';
import type { Batch } from './ledger.ts';
import type { Rules } from './rules.ts';

/** Where the entries of a batch come from and go to. */
export interface BatchEntries<P extends { readonly key: string; readonly entry: Entry | undefined }> {
  /** The present state of an id; its entry is `undefined` where the id is not known, or no longer. */
  find(key: string): P;
  /** The entry changed. */
  put(place: P, entry: Entry): void;
}

/** Runs the rules over the records of a batch: predictions, then truths, each as they stand. Between `begin` and `changes` of the rules. */
export function joinBatch<P extends { readonly key: string; readonly entry: Entry | undefined }>(
  rules: Rules,
  batch: Batch,
  entries: BatchEntries<P>,
): void {
  rules.refuseUnread(batch.refused);
  for (const record of batch.predictions) {
    const model = rules.admitPrediction(record);
    if (model === undefined) continue;
    const place = entries.find(idKey(record.id));
    const entry = place.entry ?? rules.newEntry(place.key, record);
    if (rules.takePrediction(entry, record, model)) entries.put(place, entry);
  }
  for (const record of batch.truths) {
    if (!rules.admitTruth(record)) continue;
    const place = entries.find(idKey(record.id));
    const entry = place.entry ?? rules.newEntry(place.key, record);
    if (rules.takeTruth(entry, record)) entries.put(place, entry);
  }
}
