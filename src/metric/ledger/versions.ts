import type { TruthRecord } from '../../wire/records.ts';
import { TRUTH_VERSIONS_MAX, type TruthSlot, type TruthVersion, standing } from './entry.ts';
import { sameValue } from './task.ts';

/** What a further truth for an id is. `kept`: it was added to the versions; the one that stands may be a new one. */
export type Revised =
  | { readonly kind: 'duplicate' | 'revision'; readonly kept: boolean }
  | { readonly kind: 'full'; readonly reason: string };

/**
 * Takes one more truth for an id that has one. Versions are ordered by their time: a later one stands, an
 * older one that comes late is kept, so that it is known when it comes again, and changes nothing else.
 * One without a time comes after everything that is there: arrival decides, whatever the clock does. Of two
 * at the same time the one that arrives later stands.
 *
 * The same value at a later time is a duplicate, but it moves the time of what stands: a version between
 * the two that comes late must not win.
 */
export function reviseTruth(truth: TruthSlot, record: TruthRecord, nowMs: number): Revised {
  const current = standing(truth);
  const same = sameValue(current.value, record.value);
  const timed = record.timeMs !== undefined;
  const atMs = record.timeMs ?? Math.max(nowMs, current.atMs);
  if (same && (!timed || atMs <= current.atMs)) return DUPLICATE;
  if (timed && truth.versions.some((version) => isVersion(version, record))) return DUPLICATE;
  if (truth.versions.length >= TRUTH_VERSIONS_MAX) {
    return { kind: 'full', reason: `this id has ${TRUTH_VERSIONS_MAX} versions of its truth already` };
  }
  truth.versions.push({ value: record.value, atMs, timed, weight: record.weight, tags: record.tags });
  if (atMs >= current.atMs) truth.current = truth.versions.length - 1;
  return same ? { kind: 'duplicate', kept: true } : { kind: 'revision', kept: true };
}

const DUPLICATE: Revised = { kind: 'duplicate', kept: false };

function isVersion(version: TruthVersion, record: TruthRecord): boolean {
  return version.timed && version.atMs === record.timeMs && sameValue(version.value, record.value);
}
