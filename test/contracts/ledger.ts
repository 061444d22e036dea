import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AftermathError } from '../../src/service/errors.ts';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import type { Ledger, OutcomeSinks } from '../../src/metric/ledger/ledger.ts';
import type { PredictionRecord, TruthRecord } from '../../src/wire/records.ts';
import { prediction, truth } from '../metric/records.ts';
import { listScoreCells } from '../../src/stats/score-cells.ts';
import { RecordingSink } from './recording-sink.ts';

/** The limits of every ledger under test. */
export const HORIZON_MS = 1000;
export const RETENTION_MS = 10_000;

/** A ledger that was opened for one test. `reopen` ends it and opens what it stored again. */
export interface OpenedLedger extends AsyncDisposable {
  readonly ledger: Ledger;
  /** Waits until the ordered sink has everything that is committed: where workers share a ledger, that comes after the commit. */
  caughtUp(): Promise<void>;
  reopen(): Promise<OpenedLedger>;
}

/** Opens an empty ledger with the limits above. */
export type OpenLedger = (sinks: OutcomeSinks) => Promise<OpenedLedger>;

/** What every ledger must do: each row of the table “The ledger” of the design, both orders, the books. */
export function ledgerContract(name: string, open: OpenLedger): void {
  const check = (behaviour: string, run: (table: Table) => Promise<void>): void => {
    test(`${name}: ${behaviour}`, async () => {
      const sink = new RecordingSink();
      const table = new Table(await open(sink), sink);
      try {
        await run(table);
        table.mustBalance();
        const before = table.counts();
        await table.reopen();
        assert.deepEqual(table.counts(), before, 'the books are the same after it was opened again');
        assert.deepEqual(table.sink.figuresNow(), table.sink.outcomesStanding(), 'so are the figures');
      } finally {
        await table.opened[Symbol.asyncDispose]();
      }
    });
  };

  for (const first of ['prediction', 'truth'] as const) {
    for (const together of [true, false]) {
      const how = together ? 'in one batch' : 'in two batches';
      check(`scores an outcome once, ${first} first, ${how}`, async (table) => {
        const [pair, rest] = [prediction('x', 5), truth('x', 3)];
        if (together) await table.take(pair, rest);
        else if (first === 'prediction') await table.take(pair).then(() => table.take(rest));
        else await table.take(rest).then(() => table.take(pair));
        assert.deepEqual(table.lines(), ['1 x 3 5']);
        assert.deepEqual(table.counts(), { received: 2, scored: 1, matched: 1 });
      });
    }
  }

  check('counts the same value again as duplicate, before and after the match', async (table) => {
    await table.take(prediction('x', 5), prediction('x', 5));
    await table.take(truth('x', 3), truth('x', 3));
    await table.take(prediction('x', 5), truth('x', 3));
    assert.deepEqual(table.lines(), ['1 x 3 5']);
    assert.deepEqual(table.counts(), { received: 6, scored: 1, matched: 1, duplicate: 4 });
  });

  check('takes ids of the same number as one, and text as another', async (table) => {
    await table.take({ ...prediction(1, 5), id: '1700000000.0' }, { ...truth(1, 3), id: '1.7e9' });
    await table.take(truth('1700000000', 3));
    assert.deepEqual(table.lines(), ['1 1700000000.0 3 5']);
    assert.deepEqual(table.counts(), { received: 3, scored: 1, matched: 1, waiting: 1 });
  });

  check('takes another truth as a revision that replaces the outcome', async (table) => {
    await table.take(prediction('x', 5), truth('x', 3));
    await table.take(truth('x', 4));
    assert.deepEqual(table.lines(), ['1 x 3 5', '2 x 4 5 instead of 3']);
    assert.deepEqual(table.counts(), { received: 3, scored: 1, matched: 1, revision: 1 });
    assert.deepEqual(table.sink.figuresNow(), ['x a 4 5']);
  });

  check('orders versions by their time: an older one that comes late changes nothing', async (table) => {
    await table.take(prediction('x', 5), truth('x', 3, { timeMs: 900 }));
    await table.take(truth('x', 2, { timeMs: 800 }), truth('x', 4, { timeMs: 950 }));
    await table.take(truth('x', 2, { timeMs: 800 }), truth('x', 3, { timeMs: 900 }));
    assert.deepEqual(table.lines(), ['1 x 3 5', '2 x 4 5 instead of 3']);
    assert.deepEqual(table.counts(), { received: 6, scored: 1, matched: 1, revision: 2, duplicate: 2 });
  });

  check('lets arrival decide where versions have no time, whatever the clock does', async (table) => {
    await table.take(prediction('x', 5), truth('x', 3));
    table.nowMs -= 100;
    await table.take(truth('x', 4));
    await table.take(truth('x', 3));
    assert.deepEqual(table.lines(), ['1 x 3 5', '2 x 4 5 instead of 3', '3 x 3 5 instead of 4']);
    assert.deepEqual(table.counts(), { received: 4, scored: 1, matched: 1, revision: 2 });
  });

  check('revises a truth that still waits without an outcome', async (table) => {
    await table.take(truth('x', 3), truth('x', 4));
    await table.take(prediction('x', 5));
    assert.deepEqual(table.lines(), ['1 x 4 5']);
    assert.deepEqual(table.counts(), { received: 3, scored: 1, matched: 1, revision: 1 });
  });

  check(
    'keeps with a prediction what the ordered figures said when it came, never with its own truth in it',
    async (table) => {
      const baselines = () =>
        table.sink.standing().map(({ prediction: { model, baseline } }) => [model, ...(baseline ?? [])]);
      await table.take(truth('x', 3), truth('y', 4));
      await table.take(prediction('x', 5));
      await table.take(prediction('x', 6, { model: 'b' }), prediction('y', 6));
      assert.deepEqual(baselines(), [['a'], ['b'], ['a', 1]]);
      await table.take(truth('y', 7));
      assert.deepEqual(baselines(), [['a'], ['b'], ['a', 1]], 'a revision finds them as they were');
    },
  );

  check('lets the first prediction stand in a conflict', async (table) => {
    await table.take(prediction('x', 5), prediction('x', 6));
    await table.take(truth('x', 3), prediction('x', 7));
    assert.deepEqual(table.lines(), ['1 x 3 5']);
    assert.deepEqual(table.counts(), { received: 4, scored: 1, matched: 1, conflict: 2 });
  });

  check('scores every model against the one truth, and revises each', async (table) => {
    await table.take(prediction('x', 5), prediction('x', 6, { model: 'b', role: 'challenger' }));
    await table.take(truth('x', 3), prediction('x', 7, { model: 'c' }));
    await table.take(truth('x', 4));
    assert.deepEqual(table.sink.figuresNow(), ['x a 4 5', 'x b 4 6', 'x c 4 7']);
    assert.equal(table.lines().length, 6);
    assert.deepEqual(table.counts(), { received: 5, scored: 3, matched: 1, revision: 1 });
    assert.deepEqual(
      table.ledger.books.models.map(({ model, challenger }) => [model, challenger]),
      [
        ['a', false],
        ['b', true],
        ['c', false],
      ],
    );
  });

  check('expires a prediction after the horizon; its truth is late and in no figure', async (table) => {
    await table.take(prediction('x', 5));
    table.nowMs += HORIZON_MS;
    await table.settle();
    assert.deepEqual(table.counts(), { received: 1, pending: 1 }, 'it waits to the last moment');
    table.nowMs += 1;
    await table.settle();
    assert.deepEqual(table.counts(), { received: 1, expired: 1 });
    await table.take(truth('x', 3));
    await table.take(truth('x', 3), truth('x', 4));
    assert.deepEqual(table.lines(), []);
    assert.deepEqual(table.counts(), { received: 4, expired: 1, late: 1, duplicate: 1, revision: 1 });
  });

  check('decides by the clock, whether or not housekeeping was there', async (table) => {
    await table.take(prediction('x', 5), truth('y', 3));
    table.nowMs += HORIZON_MS + 1;
    await table.take(truth('x', 3), prediction('y', 5));
    assert.deepEqual(table.counts(), { received: 4, expired: 2, late: 1, orphan: 1 });
  });

  check('makes a truth an orphan after the horizon; its prediction expires at once', async (table) => {
    await table.take(truth('x', 3));
    table.nowMs += HORIZON_MS + 1;
    await table.settle();
    assert.deepEqual(table.counts(), { received: 1, orphan: 1 });
    await table.take(prediction('x', 5));
    assert.deepEqual(table.lines(), []);
    assert.deepEqual(table.counts(), { received: 2, orphan: 1, expired: 1 });
  });

  check('measures the horizon from event time where there is one', async (table) => {
    const timeMs = table.nowMs - HORIZON_MS + 10;
    await table.take(prediction('x', 5, { timeMs }), prediction('y', 5));
    table.nowMs += 11;
    await table.settle();
    assert.deepEqual(table.counts(), { received: 2, pending: 1, expired: 1 });
  });

  check('counts what is older than the retention as unknown', async (table) => {
    const timeMs = table.nowMs - RETENTION_MS - 1;
    await table.take(prediction('x', 5, { timeMs }), truth('x', 3, { timeMs }), truth('x', 3));
    assert.deepEqual(table.counts(), { received: 3, unknown: 2, waiting: 1 });
  });

  check('forgets an id after the retention: without a time it is new then', async (table) => {
    await table.take(prediction('x', 5), truth('x', 3));
    table.nowMs += RETENTION_MS + 1;
    await table.settle();
    await table.take(prediction('x', 6), truth('x', 4));
    assert.deepEqual(table.lines(), ['1 x 3 5', '2 x 4 6']);
    assert.deepEqual(table.counts(), { received: 4, scored: 2, matched: 2 });
  });

  check('knows an id to the last moment of the retention', async (table) => {
    await table.take(prediction('x', 5), truth('x', 3));
    table.nowMs += RETENTION_MS;
    await table.settle();
    await table.take(prediction('x', 6), truth('x', 4));
    assert.deepEqual(table.counts(), { received: 4, scored: 1, matched: 1, conflict: 1, revision: 1 });
  });

  check('refuses text where numbers are, on either side, and the other side goes on', async (table) => {
    await table.take(prediction('x', 5), truth('x', 3));
    const refused = await table.take(prediction('y', 'five'), truth('y', 'three'), truth('z', '3'));
    assert.deepEqual(
      refused.map(({ kind, code, text }) => ({ kind, code, text })),
      [
        { kind: 'prediction', code: 'wrong-task', text: '{"id":"y","body":"five","model":"a"}' },
        { kind: 'truth', code: 'wrong-task', text: '{"id":"y","body":"three"}' },
        { kind: 'truth', code: 'wrong-task', text: '{"id":"z","body":"3"}' },
      ],
    );
    await table.take(prediction('y', 6), truth('y', 4));
    assert.deepEqual(table.counts(), { received: 7, scored: 2, matched: 2, refused: 3 });
  });

  check('refuses what waited and turns out to be of the wrong kind', async (table) => {
    await table.take(truth('x', 'three'), prediction('y', 'five'));
    const refused = await table.take(prediction('x', 5), truth('y', 3));
    assert.deepEqual(
      refused.map(({ kind, text }) => ({ kind, text })),
      [
        { kind: 'truth', text: '{"id":"x","body":"three"}' },
        { kind: 'prediction', text: '{"id":"y","body":"five","model":"a"}' },
      ],
    );
    assert.deepEqual(table.counts(), { received: 4, pending: 1, waiting: 1, refused: 2 });
    await table.take(truth('x', 4), prediction('y', 6));
    assert.deepEqual(table.lines(), ['1 y 3 6', '2 x 4 5']);
  });

  check('takes labels and probabilities as a classification', async (table) => {
    const proba = { yes: 0.75, no: 0.25 };
    await table.take(
      prediction('x', 'yes', { proba }),
      truth('x', 'no'),
      prediction('y', true),
      truth('y', true),
    );
    assert.equal(table.ledger.task, 'classification');
    assert.deepEqual(table.sink.standing()[0]?.prediction.proba, proba);
    assert.deepEqual(table.counts(), { received: 4, scored: 2, matched: 2 });
  });

  check('knows the scores of what waits for its truth, and of nothing else', async (table) => {
    const proba = (yes: number) => ({ proba: { no: 1 - yes, yes } });
    const waiting = (): string[] => {
      const { pendingScores } = table.ledger.books.models[0]!;
      const cells = pendingScores.of({ positive: 'yes', negative: 'no' })!;
      return listScoreCells(cells).map(({ rows, score }) => `${rows} of ${score}`);
    };
    await table.take(prediction('x', 'yes', proba(0.75)), prediction('y', 'no', proba(0.125)));
    await table.take(prediction('z', 'yes', proba(0.5)), prediction('z', 'yes', proba(0.5)));
    await table.take(truth('x', 'yes'), truth('w', 'no'));
    // One whose truth is here waits for nothing.
    await table.take(prediction('w', 'no', proba(0.25)), truth('x', 'no'));
    await table.reopen();
    assert.deepEqual(waiting(), ['1 of 0.125', '1 of 0.5']);
    table.nowMs += HORIZON_MS + 1;
    await table.take(truth('y', 'no'));
    await table.settle();
    assert.deepEqual(waiting(), []);
  });

  check('scores the named output, else the first', async (table) => {
    await table.take(prediction('x', [5, 6], { outputs: ['up', 'down'] }), truth('x', 3));
    assert.deepEqual(table.lines(), ['1 x 3 5']);
  });

  check('keeps everything a record carries', async (table) => {
    const carried = { timeMs: 900, tags: { origin: 'Köln', __proto__key: '☃' }, weight: 0.5 };
    const more = { version: '0123456789ab', interval: [4, 6], proba: { '1': 0.5, __proto__x: 0.5 } } as const;
    await table.take(prediction('ü☃"', 5, { ...carried, ...more }));
    await table.reopen();
    await table.take(truth('ü☃"', 3, { ...carried, weight: 2 }));
    const [outcome] = table.sink.standing();
    assert.deepEqual(outcome?.prediction.tags, carried.tags);
    assert.deepEqual(
      { ...outcome?.prediction, outcomes: [], tags: undefined },
      {
        ...more,
        model: 'a',
        challenger: false,
        value: 5,
        atMs: 900,
        timed: true,
        deadlineMs: 900 + HORIZON_MS,
        weight: 0.5,
        tags: undefined,
        baseline: undefined,
        state: 'scored',
        outcomes: [],
      },
    );
    assert.deepEqual(outcome?.truth, { value: 3, atMs: 900, timed: true, weight: 2, tags: carried.tags });
  });

  check('counts records that were refused before they could be read', async (table) => {
    await table.ledger.commit({
      nowMs: table.nowMs,
      predictions: [],
      truths: [],
      refused: { predictions: 2, truths: 3 },
    });
    assert.deepEqual(table.counts(), { received: 5, refused: 5 });
  });

  check('gives back every outcome from a number on, in order', async (table) => {
    for (let i = 0; i < 20; i++) await table.take(prediction(i, i), truth(i, -i), truth(i - 5, 100 + i));
    const numbers: number[] = [];
    for await (const { number } of table.ledger.outcomesFrom(7)) numbers.push(number);
    const last = table.sink.cursor.number;
    assert.deepEqual(
      numbers,
      Array.from({ length: last - 6 }, (_, i) => i + 7),
    );
  });

  check(
    'loses and doubles nothing where the outcomes of a batch could not be written, whether or not it is stored then',
    async (table) => {
      await table.take(prediction('x', 5), prediction('y', 6), truth('y', 7));
      const before = table.counts();
      table.sink.failure = new AftermathError('retry', 'the log is on fire');
      const isStored = await table.take(truth('x', 3), prediction('z', 1)).then(
        () => true,
        (error: Error) => {
          assert.match(error.message, /on fire/);
          return false;
        },
      );
      await table.reopen();
      if (!isStored) {
        assert.deepEqual(table.counts(), before);
        await table.take(truth('x', 3), prediction('z', 1));
      }
      await table.opened.caughtUp();
      assert.deepEqual(table.lines().at(-1), '2 x 3 5');
      assert.deepEqual(table.counts(), { received: 5, scored: 2, pending: 1, matched: 2 });
    },
  );
}

/** One ledger under test, in the words of the design's table. */
class Table {
  opened: OpenedLedger;
  readonly sink: RecordingSink;
  nowMs = 1000;

  constructor(opened: OpenedLedger, sink: RecordingSink) {
    this.opened = opened;
    this.sink = sink;
  }

  get ledger(): Ledger {
    return this.opened.ledger;
  }

  /** Commits one batch. Records without a model are truths. */
  async take(...records: readonly (PredictionRecord | TruthRecord)[]) {
    const predictions = records.filter((record): record is PredictionRecord => 'model' in record);
    const truths = records.filter((record): record is TruthRecord => !('model' in record));
    const none = { predictions: 0, truths: 0 };
    const { refused } = await this.ledger.commit({ nowMs: this.nowMs, predictions, truths, refused: none });
    await this.opened.caughtUp();
    this.mustBalance();
    return refused;
  }

  async settle(): Promise<void> {
    while (await this.ledger.maintain(this.nowMs)) this.mustBalance();
  }

  async reopen(): Promise<void> {
    this.opened = await this.opened.reopen();
  }

  /** Both books added up, without what is 0. */
  counts(): Record<string, number> {
    const { truths, models, unattributed } = this.ledger.books;
    const sums: Record<string, number> = { received: unattributed, refused: unattributed };
    for (const counts of [truths, ...models.map((books) => books.counts)]) {
      for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
    }
    return Object.fromEntries(Object.entries(sums).filter(([, count]) => count !== 0));
  }

  lines(): readonly string[] {
    return this.sink.lines;
  }

  mustBalance(): void {
    assert.equal(truthImbalance(this.ledger.books.truths), 0);
    for (const { counts } of this.ledger.books.models) assert.equal(predictionImbalance(counts), 0);
  }
}
