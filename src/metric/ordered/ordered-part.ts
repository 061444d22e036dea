import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import type { OutcomeRun } from './outcome-runs.ts';

/**
 * Something that runs on the outcomes of a ledger in the order of their numbers, stored under a name of its own. The
 * same outcomes must make the same state: after a crash they come again. It may look at an outcome's entry, but only at
 * what was there when it was scored: a replay shows what came later as well.
 */
export interface OrderedPart {
  /** Under which it is stored. */
  readonly name: string;
  /** What it depends on beside the outcomes: where it is another than what was stored, the part is made anew. */
  readonly fingerprint: string;
  /** Takes the next outcome: a first truth, or a revision (`previous` is set then). */
  add(outcome: Outcome, task: LedgerTask): void;
  /**
   * The same of a run of them. A part that does not care for the order between two models has it; one without it is told of
   * each outcome of a run by itself, between those of others.
   */
  addRun?(run: OutcomeRun): void;
  /** Forgets everything. */
  clear(): void;
  encode(): Uint8Array;
  /** Takes what `encode` gave. @throws {RangeError} on bytes that are no state */
  decode(bytes: Uint8Array): void;
}

/** A state as bytes: JSON, in which every finite double comes back as it was. */
export function encodeJson(state: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(state));
}

/** What `encodeJson` wrote. @throws {RangeError} on bytes that are no JSON */
export function decodeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch (error) {
    throw new RangeError('they are no JSON', { cause: error });
  }
}
