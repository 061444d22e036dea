import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import { AftermathError } from '../../src/service/errors.ts';
import type { PredictionRecord, TruthRecord } from '../../src/wire/records.ts';
import { Moments } from '../chaos/moments.ts';
import { prediction, truth } from '../metric/records.ts';
import { ReferenceLedger } from '../metric/reference-ledger.ts';
import { HORIZON_MS, type OpenedLedger, type OpenLedger, RETENTION_MS } from './ledger.ts';
import { RecordingSink } from './recording-sink.ts';

/** What every ledger must do with histories in which anything may happen, an end in any step of a batch among it. */
export function historyContract(name: string, open: OpenLedger): void {
  test(`${name}: books, figures and log agree with a plain reference after every step of random histories, whatever step of a batch they end in`, async () => {
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const sink = new RecordingSink();
      const history = new History(await open(sink), sink, new Moments(seed));
      try {
        for (let step = 0; step < STEPS; step++) await history.step();
      } finally {
        await history.opened[Symbol.asyncDispose]();
      }
    }
  });
}

const HISTORIES = 4;
const STEPS = 30;

class History {
  opened: OpenedLedger;
  readonly #sink: RecordingSink;
  readonly #random: Moments;
  readonly #reference = new ReferenceLedger({ horizonMs: HORIZON_MS, retentionMs: RETENTION_MS });
  #nowMs = 1_000_000;

  constructor(opened: OpenedLedger, sink: RecordingSink, random: Moments) {
    this.opened = opened;
    this.#sink = sink;
    this.#random = random;
  }

  async step(): Promise<void> {
    // Housekeeping looks at what is due in small steps of time.
    this.#nowMs += 20 + Math.floor(this.#random.next() ** 4 * 12_000);
    const records = this.#records();
    const kind = this.#random.next();
    if (kind < 0.6) await this.#commit(records);
    else if (kind < 0.7) await this.#reopen();
    else if (kind < 0.85) await this.#commitWithoutLog(records);
    else {
      // It ended after the commit and before anything was acknowledged: all of it comes again.
      await this.#commit(records);
      await this.#reopen();
      await this.#commit(records);
    }
    while (await this.opened.ledger.maintain(this.#nowMs)) continue;
    await this.opened.caughtUp();
    this.#reference.expire(this.#nowMs);
    this.#compare();
  }

  async #commit({ predictions, truths }: Records): Promise<void> {
    const refused = { predictions: 0, truths: 0 };
    await this.opened.ledger.commit({ nowMs: this.#nowMs, predictions, truths, refused });
    await this.opened.caughtUp();
    this.#reference.commit(this.#nowMs, predictions, truths);
  }

  /** The outcomes reach the log, and it ends there: the batch is stored or not, and comes again where it is not. */
  async #commitWithoutLog(records: Records): Promise<void> {
    this.#sink.failure = new AftermathError('retry', 'the log is on fire');
    const refused = { predictions: 0, truths: 0 };
    const isStored = await this.opened.ledger.commit({ nowMs: this.#nowMs, ...records, refused }).then(
      () => true,
      () => false,
    );
    // Whoever writes the log apart from the commit meets it now.
    await this.opened.caughtUp();
    this.#sink.failure = undefined;
    await this.#reopen();
    if (isStored) this.#reference.commit(this.#nowMs, records.predictions, records.truths);
    else await this.#commit(records);
  }

  async #reopen(): Promise<void> {
    this.opened = await this.opened.reopen();
    await this.opened.caughtUp();
  }

  #compare(): void {
    const { books } = this.opened.ledger;
    assert.equal(truthImbalance(books.truths), 0);
    for (const { counts } of books.models) assert.equal(predictionImbalance(counts), 0);
    assert.deepEqual({ ...books.truths }, { ...this.#reference.books.truths });
    assert.deepEqual(countsOf(books), countsOf(this.#reference.books));
    assert.deepEqual(
      this.#sink.lines.map((line) => line.split(' ').slice(1, 4).join()),
      this.#reference.lines.map((line) => line.split(',').slice(0, 3).join()),
    );
    assert.deepEqual(this.#sink.figuresNow(), this.#sink.outcomesStanding());
  }

  #records(): Records {
    const random = this.#random;
    const predictions: PredictionRecord[] = [];
    const truths: TruthRecord[] = [];
    for (let left = Math.floor(random.next() * 12); left > 0; left--) {
      const id = Math.floor(random.next() * 12);
      const value = random.of([0.1, 0.2, 3]);
      const agoMs = Math.floor((random.next() - 0.05) * 1.2 * RETENTION_MS ** random.next());
      const timeMs = random.next() < 0.5 ? undefined : this.#nowMs - agoMs;
      if (random.next() < 0.5) truths.push(truth(id, value, { timeMs }));
      else predictions.push(prediction(id, value, { timeMs, model: random.of(['a', 'a', 'a', 'b']) }));
    }
    return { predictions, truths };
  }
}

interface Records {
  readonly predictions: readonly PredictionRecord[];
  readonly truths: readonly TruthRecord[];
}

function countsOf({ models }: ReferenceLedger['books']): unknown {
  return models.map(({ model, counts }) => ({ model, ...counts }));
}
