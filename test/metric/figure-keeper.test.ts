import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { FigureKeeper } from '../../src/metric/figures/figure-keeper.ts';
import { type FigureSettings, NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import type { Outcome } from '../../src/metric/ledger/ledger.ts';
import { outcomeOf } from './outcome-rows.ts';

const LOG = pino({ level: 'silent' });
const SLICED: FigureSettings = { ...NO_FURTHER_FIGURES, slices: ['site'], slicesMax: 5 };

function keeperOf(settings: FigureSettings, outcomes: readonly Outcome[]): FigureKeeper {
  const keeper = new FigureKeeper(LOG, { settings });
  keeper.add(outcomes);
  return keeper;
}

async function* streamOf(outcomes: readonly Outcome[]): AsyncIterable<Outcome> {
  yield* outcomes;
}

const OUTCOMES = Array.from({ length: 100 }, (_, i) =>
  outcomeOf(
    { id: `${i}`, truth: i % 7, prediction: i % 5, atMs: 1000 * i, tags: { site: `s${i % 3}` } },
    i + 1,
  ),
);

test('what other settings ask for is made anew, and what is whole of all writers stays though its outcomes are forgotten', async () => {
  const first = keeperOf(NO_FURTHER_FIGURES, OUTCOMES.slice(0, 30)).states();
  const second = keeperOf(NO_FURTHER_FIGURES, OUTCOMES.slice(30)).states();
  const keeper = new FigureKeeper(LOG, { settings: SLICED });
  assert.equal(keeper.restore(first, 'regression'), false);
  assert.throws(() => keeper.setOthers([second]), /figures of slices of another writer cannot be used/);
  const kept = OUTCOMES.slice(50);
  await keeper.rebuild(streamOf(kept));
  const [all, lately] = [keeperOf(SLICED, OUTCOMES).states(), keeperOf(SLICED, kept).states()];
  assert.deepEqual(keeper.states().get('model:a'), all.get('model:a'));
  assert.deepEqual(keeper.states().get('slices:a'), lately.get('slices:a'));
});

test('figures of another writer under other settings are told, not left out in silence', async () => {
  const keeper = keeperOf(SLICED, OUTCOMES.slice(0, 30));
  const other = keeperOf(NO_FURTHER_FIGURES, OUTCOMES.slice(30)).states();
  assert.throws(() => keeper.setOthers([other]), RangeError);
  await keeper.rebuild(streamOf(OUTCOMES));
  assert.deepEqual(keeper.states(), keeperOf(SLICED, OUTCOMES).states());
});

test('the first outcome of a model is told once, though its batch could not be stored and is added again', () => {
  const said: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void said.push(line) });
  const keeper = new FigureKeeper(log);
  keeper.add(OUTCOMES);
  keeper.restore(new Map(), undefined);
  keeper.add(OUTCOMES);
  assert.equal(said.length, 1, said.join(''));
});
