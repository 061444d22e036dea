import { readFileSync } from 'node:fs';
import { Payload } from '../../src/wire/payload.ts';
import { decodeSnapshot } from '../../src/wire/snapshot-reader.ts';
import type { Snapshot } from '../../src/wire/snapshot.ts';

/**
 * Half a year of real flights: a linear model that is worse than a constant, boosting as its challenger, the truth of
 * each flight when it has landed. Computed from the data with the models' real errors.
 */
export function flights(changes: Partial<Snapshot> = {}): Snapshot {
  const bytes = readFileSync(new URL('flights-snapshot.json', import.meta.url));
  return { ...decodeSnapshot(Payload.ofBytes(bytes)), ...changes };
}
