import type { FeatureRecord, IdToken, TruthRecord } from '../wire/records.ts';
import type { Label, Row } from './rows.ts';

/** Makes the records that a run publishes. */
export class Outgoing {
  readonly #run: string;

  /** @param run letters and digits */
  constructor(run: string) {
    this.#run = run;
  }

  /** @param pass the first is 0 */
  features({ body, label }: Row, pass: number): FeatureRecord {
    return { id: this.id(label, pass), timeMs: label.timeMs, tags: label.tags, weight: undefined, body };
  }

  /**
   * The truth of a row, or `undefined` when it has none.
   *
   * @param id of the row, where it is known
   */
  truth(label: Label, pass: number, id = this.id(label, pass)): TruthRecord | undefined {
    if (label.truth === undefined) return undefined;
    const { truth, truthTimeMs, tags } = label;
    return { id, timeMs: truthTimeMs, tags, weight: undefined, value: truth };
  }

  /** The file's own id, or `<run>-<row>`; every pass after the first adds `-2`, `-3` and so on. */
  id({ id, number }: Label, pass: number): IdToken {
    if (id === undefined)
      return pass === 0 ? `"${this.#run}-${number}"` : `"${this.#run}-${number}-${pass + 1}"`;
    if (pass === 0) return id;
    return id.startsWith('"') ? `${id.slice(0, -1)}-${pass + 1}"` : `"${id}-${pass + 1}"`;
  }
}

/** A new id for a run: short, and one that begins later sorts behind. */
export function newRunId(nowMs: number): string {
  const random = Math.floor(Math.random() * 36 ** 2);
  return Math.floor(nowMs).toString(36).padStart(8, '0') + random.toString(36).padStart(2, '0');
}
