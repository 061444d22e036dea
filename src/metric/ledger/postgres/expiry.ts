import { StepSize } from '../step-size.ts';
import { EntriesInHand } from './batch-entries.ts';
import { isAnythingDue, takeDue } from './calendar.ts';
import type { Connection } from './connection.ts';
import { readEntries, writeEntries } from './entry-rows.ts';
import { Contended } from './failures.ts';
import type { Basis, Joined } from './join-rows.ts';

/**
 * Expiry and forgetting of what the calendar says is due, in steps that take about a seventh of a second each: commits go on
 * between two of them. Decisions never wait for it: the rules go by the clock.
 */
export class Expiry {
  readonly #size = new StepSize({ aimMs: 150, min: 64, max: 8_192, first: 512 });
  #keyBytes = 32;

  /**
   * Gives up on what has waited too long, and forgets what is known for long enough.
   *
   * @param inside.transaction runs the work in one, and stores what comes of it
   * @returns whether anything was due
   * @throws {Contended} where another worker has one of the entries: it is due still
   */
  async step(
    connection: Connection,
    nowMs: number,
    inside: {
      readonly basis: () => Basis;
      readonly transaction: (work: () => Promise<Joined>) => Promise<unknown>;
    },
  ): Promise<boolean> {
    if (!(await isAnythingDue(connection, nowMs))) return false;
    const startMs = performance.now();
    let size = 0;
    await inside.transaction(async () => {
      const begun = inside.basis();
      const keys = await this.#take(connection, begun.nowMs);
      size = keys.length;
      const stored = await readEntries(connection, [...new Set(keys)]);
      const entries = new EntriesInHand(stored, begun);
      for (const key of stored.keys()) entries.look(key, begun.calendar);
      const lost = await writeEntries(connection, entries.changes(begun.calendar));
      if (lost.length > 0) throw new Contended('another worker has changed an entry that is due');
      return { ...begun, changes: [] };
    });
    this.#size.took({ size, ms: performance.now() - startMs });
    return true;
  }

  async #take(connection: Connection, nowMs: number): Promise<string[]> {
    const most = this.#size.now;
    const keys = await takeDue(connection, nowMs, { keys: most, bytes: Math.ceil(most * this.#keyBytes) });
    if (keys.length > 0) this.#keyBytes = keys.reduce((sum, { length }) => sum + length + 1, 0) / keys.length;
    return keys;
  }
}
