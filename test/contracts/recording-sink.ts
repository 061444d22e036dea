import type { LogCursor, Outcome, OutcomeSink } from '../../src/metric/ledger/ledger.ts';

/** A log and a figure in memory: the figure is the set of what is scored. Both are only what the ledger told. */
export class RecordingSink implements OutcomeSink {
  readonly lines: string[] = [];
  cursor: LogCursor = { bytes: 0, rows: 0, first: 1, number: 0 };
  failure: Error | undefined;
  #figures = new Map<string, string>();
  readonly #standing = new Map<number, Outcome>();

  write(outcomes: readonly Outcome[]): LogCursor {
    for (const { number, entry, prediction, truth, previous } of outcomes) {
      const instead = previous === undefined ? '' : ` instead of ${previous.value}`;
      const id = entry.token.startsWith('"') ? JSON.parse(entry.token) : entry.token;
      this.lines.push(`${number} ${id} ${truth.value} ${prediction.value}${instead}`);
    }
    this.#add(outcomes);
    if (this.failure !== undefined && outcomes.length > 0) {
      const { failure } = this;
      this.failure = undefined;
      throw failure;
    }
    const number = outcomes.at(-1)?.number ?? this.cursor.number;
    this.cursor = { bytes: this.lines.length, rows: this.lines.length, first: 1, number };
    return this.cursor;
  }

  figures(): ReadonlyMap<string, Uint8Array> {
    return new Map([['scored', Buffer.from(JSON.stringify([...this.#figures]))]]);
  }

  restore(figures: ReadonlyMap<string, Uint8Array>): void {
    const stored = figures.get('scored');
    this.#figures = new Map(stored === undefined ? [] : (JSON.parse(Buffer.from(stored).toString()) as []));
  }

  replay(outcomes: readonly Outcome[]): void {
    this.#add(outcomes);
  }

  async reopen(cursor: LogCursor | undefined): Promise<LogCursor> {
    this.cursor = cursor ?? { bytes: 0, rows: 0, first: 1, number: 0 };
    this.lines.length = this.cursor.rows;
    return this.cursor;
  }

  reopened(): void {}

  /** `id model truth prediction` of all that is scored, as the figure has it. */
  figuresNow(): string[] {
    return [...this.#figures.values()].sort();
  }

  /** The same, from the latest outcomes themselves. */
  outcomesStanding(): string[] {
    return this.standing().map(lineOf).sort();
  }

  standing(): Outcome[] {
    return [...this.#standing.values()].filter(({ number }) => number <= this.cursor.number);
  }

  #add(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const { number, prediction, revision } = outcome;
      // An outcome is named by its number; a revision takes the one before it out.
      const before = revision === 0 ? undefined : prediction.outcomes[revision - 1]?.number;
      if (before !== undefined) {
        this.#figures.delete(String(before));
        this.#standing.delete(before);
      }
      this.#figures.set(String(number), lineOf(outcome));
      this.#standing.set(number, outcome);
    }
  }
}

function lineOf({ entry, prediction, truth }: Outcome): string {
  const id = entry.token.startsWith('"') ? JSON.parse(entry.token) : entry.token;
  return `${id} ${prediction.model} ${truth.value} ${prediction.value}`;
}
