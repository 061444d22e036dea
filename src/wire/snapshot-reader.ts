import { decodeObject, refusedTo } from './object.ts';
import type { Payload } from './payload.ts';
import { SNAPSHOT } from './snapshot-form.ts';
import { SNAPSHOT_SCHEMA, type Snapshot } from './snapshot.ts';

/**
 * The snapshot in a message; the same object where it never left the process.
 *
 * @throws {AftermathError} refused: not a snapshot, or one of a newer schema than this version reads
 */
export function decodeSnapshot(payload: Payload): Snapshot {
  if (payload.records !== undefined) return payload.records[0] as Snapshot;
  const action = 'read the snapshot';
  const object = decodeObject(payload, action);
  const { schema } = object;
  if (typeof schema === 'number' && schema > SNAPSHOT_SCHEMA) {
    const found = `it has schema ${schema}, and this version reads up to ${SNAPSHOT_SCHEMA}`;
    throw refusedTo(action, `${found}; update this service to the version of the one that publishes it`);
  }
  const result = SNAPSHOT.safeParse(object);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusedTo(action, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'malformed'}`);
}
