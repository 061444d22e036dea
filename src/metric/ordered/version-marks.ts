import type { MarkSnapshot } from '../../wire/snapshot.ts';
import type { Outcome } from '../ledger/ledger.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';
import type { OutcomeRun } from './outcome-runs.ts';

/**
 * When another version of a model took over, by the time of its predictions. A truth that comes late for the version
 * before makes no mark: it is told by outcomes whose prediction is later than that of all before.
 */
export class VersionMarks implements OrderedPart {
  readonly name = 'version-marks';
  readonly fingerprint = '1';
  #models = new Map<string, Versions>();

  add({ prediction, previous }: Outcome): void {
    const { model, version, atMs } = prediction;
    if (previous !== undefined || version === undefined) return;
    const known = this.#models.get(model);
    if (known === undefined) {
      this.#models.set(model, { version, atMs, marks: [] });
      return;
    }
    if (atMs <= known.atMs) return;
    known.atMs = atMs;
    if (version === known.version) return;
    known.marks.push({ atMs, kind: 'version', text: `version ${version}, before ${known.version}` });
    if (known.marks.length > MARKS_MAX) known.marks.shift();
    known.version = version;
  }

  addRun({ outcomes }: OutcomeRun): void {
    for (const outcome of outcomes) if (outcome.prediction.version !== undefined) this.add(outcome);
  }

  /** Oldest first; the last hundred. */
  of(model: string): readonly MarkSnapshot[] {
    return this.#models.get(model)?.marks ?? [];
  }

  clear(): void {
    this.#models = new Map();
  }

  encode(): Uint8Array {
    return encodeJson([...this.#models]);
  }

  decode(bytes: Uint8Array): void {
    this.#models = new Map(decodeJson(bytes) as [string, Versions][]);
  }
}

interface Versions {
  /** Of the latest prediction that is scored, and its time. */
  version: string;
  atMs: number;
  readonly marks: MarkSnapshot[];
}

const MARKS_MAX = 100;
