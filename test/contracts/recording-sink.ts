import assert from 'node:assert/strict';
import type {
  FigureSink,
  LogCursor,
  Outcome,
  OutcomeSink,
  OutcomeSinks,
} from '../../src/metric/ledger/ledger.ts';

/**
 * A log and two figures in memory, each only what the ledger told: the linear one is the set of what is scored, the
 * ordered one the number of the last outcome, and every outcome must come to it once, in order.
 */
export class RecordingSink implements OutcomeSinks {
  readonly lines: string[] = [];
  cursor: LogCursor = NOWHERE;
  failure: Error | undefined;
  #scored = new Map<string, string>();
  #last = 0;
  #others: string[] = [];
  readonly #standing = new Map<number, Outcome>();

  readonly linear: FigureSink = {
    add: (outcomes) => this.#add(outcomes),
    states: () => new Map([['scored', Buffer.from(JSON.stringify([...this.#scored]))]]),
    restore: (states) => {
      this.#scored = scoredIn(states);
      return true;
    },
    rebuild: () => assert.fail('nothing is of another version'),
    setOthers: (states) => {
      this.#others = [...states].flatMap((state) => [...scoredIn(state).values()]);
    },
  };

  readonly ordered: OutcomeSink = {
    write: (outcomes) => this.#write(outcomes),
    states: () => new Map([['last', Buffer.from(String(this.#last))]]),
    restore: (states, { number }) => {
      this.#last = Number(Buffer.from(states.get('last') ?? []).toString());
      assert.equal(this.#last, number, 'the states are those of the number that they are said to be of');
      return true;
    },
    replay: (outcomes) => this.#follow(outcomes),
    rebuild: () => assert.fail('nothing is of another version'),
    baseline: () => (this.#last === 0 ? undefined : [this.#last]),
    reopen: async (cursor) => {
      this.cursor = cursor ?? NOWHERE;
      assert.equal(this.#last, this.cursor.number, 'every outcome that is in the log was brought');
      this.lines.length = this.cursor.rows;
      return this.cursor;
    },
    reopened: () => {},
  };

  /** `id model truth prediction` of all that is scored, as the figure has it. */
  figuresNow(): string[] {
    return [...this.#scored.values(), ...this.#others].sort();
  }

  /** The same, from the latest outcomes themselves. */
  outcomesStanding(): string[] {
    return this.standing().map(lineOf).sort();
  }

  standing(): Outcome[] {
    return [...this.#standing.values()].filter(({ number }) => number <= this.cursor.number);
  }

  #write(outcomes: readonly Outcome[]): LogCursor {
    for (const { number, entry, prediction, truth, previous } of outcomes) {
      const instead = previous === undefined ? '' : ` instead of ${previous.value}`;
      const id = entry.token.startsWith('"') ? JSON.parse(entry.token) : entry.token;
      this.lines.push(`${number} ${id} ${truth.value} ${prediction.value}${instead}`);
    }
    this.#follow(outcomes);
    if (this.failure !== undefined && outcomes.length > 0) {
      const { failure } = this;
      this.failure = undefined;
      throw failure;
    }
    const number = outcomes.at(-1)?.number ?? this.cursor.number;
    this.cursor = { bytes: this.lines.length, rows: this.lines.length, first: 1, number };
    return this.cursor;
  }

  #follow(outcomes: readonly Outcome[]): void {
    for (const { number } of outcomes)
      assert.equal(number, ++this.#last, 'outcomes come in order, each once');
  }

  #add(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const { number, prediction, revision } = outcome;
      // An outcome is named by its number; a revision takes the one before it out.
      const before = revision === 0 ? undefined : prediction.outcomes[revision - 1]?.number;
      if (before !== undefined) {
        this.#scored.delete(String(before));
        this.#standing.delete(before);
      }
      this.#scored.set(String(number), lineOf(outcome));
      this.#standing.set(number, outcome);
    }
  }
}

const NOWHERE: LogCursor = { bytes: 0, rows: 0, first: 1, number: 0 };

function scoredIn(states: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const stored = states.get('scored');
  return new Map(stored === undefined ? [] : (JSON.parse(Buffer.from(stored).toString()) as []));
}

function lineOf({ entry, prediction, truth }: Outcome): string {
  const id = entry.token.startsWith('"') ? JSON.parse(entry.token) : entry.token;
  return `${id} ${prediction.model} ${truth.value} ${prediction.value}`;
}
