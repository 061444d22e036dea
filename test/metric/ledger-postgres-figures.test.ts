import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { FigureKeeper } from '../../src/metric/figures/figure-keeper.ts';
import type { Ledger, Outcome, OutcomeSinks } from '../../src/metric/ledger/ledger.ts';
import { RecordingSink } from '../contracts/recording-sink.ts';
import { eventually } from '../setup/eventually.ts';
import { testSchema } from '../setup/postgres.ts';
import { openIn } from './opened-postgres.ts';
import { prediction, truth } from './records.ts';

const NOW_MS = 1_700_000_000_000;
const WITHIN_MS = 10_000;

test('figures of a dead worker that could not be made anew at the first look are at a later one', async () => {
  const schema = await testSchema();
  const figures = new FailingOnce(pino({ level: 'silent' }));
  await using opened = await openIn(schema, sinksOf(figures));
  await score(opened.ledger, 1);
  {
    const other = new FigureKeeper(pino({ level: 'silent' }));
    await using second = (await openIn(schema, sinksOf(other))).ledger;
    await score(second, 2);
  }
  await schema.query(
    "UPDATE writer_figure SET bytes = '\\xffff0000' WHERE writer = 2 AND name LIKE 'model:%'",
  );
  await eventually(async () => {
    await opened.ledger
      .maintain(NOW_MS)
      .catch((error: unknown) => assert.match(String(error), /by accident/));
    assert.equal(figures.failed, true);
    assert.equal(figures.model('a')?.total().scored, 2);
  }, WITHIN_MS);
});

/** What is ordered is of no matter here. */
function sinksOf(linear: FigureKeeper): OutcomeSinks {
  return { linear, ordered: { ...new RecordingSink().ordered, baseline: () => undefined } };
}

async function score(ledger: Ledger, id: number): Promise<void> {
  const { durable } = await ledger.commit({
    nowMs: NOW_MS,
    predictions: [prediction(id, 5)],
    truths: [truth(id, 3)],
    refused: { predictions: 0, truths: 0 },
  });
  await durable;
}

/** Making its figures anew fails the first time, half way. */
class FailingOnce extends FigureKeeper {
  failed = false;

  override async rebuild(outcomes: AsyncIterable<Outcome>): Promise<void> {
    if (this.failed) return super.rebuild(outcomes);
    this.failed = true;
    return super.rebuild(failing(outcomes));
  }
}

async function* failing(outcomes: AsyncIterable<Outcome>): AsyncIterable<Outcome> {
  for await (const outcome of outcomes) {
    yield outcome;
    throw new Error('this failed by accident');
  }
}
