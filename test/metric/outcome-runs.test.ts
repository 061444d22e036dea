import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { type FigureSettings, NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import type { LedgerTask, Outcome } from '../../src/metric/ledger/ledger.ts';
import { type OutcomeLog, OutcomeKeeper } from '../../src/metric/ordered/outcome-keeper.ts';
import { parseChangeWatch } from '../../src/wire/change-watch.ts';
import { parseWindow } from '../../src/wire/window.ts';
import { randoms } from '../stats/stream.ts';
import { outcomeOf, revisionOf } from './outcome-rows.ts';

const SETTINGS: FigureSettings = {
  ...NO_FURTHER_FIGURES,
  windows: [parseWindow('last-50')!],
  slices: ['origin'],
  slicesMax: 3,
  marks: ['adwin(loss)', 'page-hinkley(prediction)', 'ddm(loss)'].map(parseChangeWatch),
};
const LOG = pino({ level: 'silent' });
const NO_LOG: OutcomeLog = {
  write: ([first]) => ({ bytes: 0, rows: 0, first: 1, number: first?.number ?? 0 }),
  reopen: async () => ({ bytes: 0, rows: 0, first: 1, number: 0 }),
  reopened: () => {},
};

for (const [name, further] of Object.entries({
  'the default figures': {},
  'a threshold': { threshold: 0.7 },
  'clipped errors and quantiles': { errorMax: 12, pinball: [0.1, 0.9] },
})) {
  test(`outcomes make the same states in runs of any length and one by one: ${name}`, async () => {
    const settings = { ...SETTINGS, ...further };
    for (const task of ['regression', 'classification'] as const) {
      const outcomes = history(task, 5000);
      const alone = new OutcomeKeeper(NO_LOG, LOG, { settings });
      // What is made anew is made one by one.
      alone.restore(new Map(), { task, number: outcomes.length });
      await alone.rebuild(each(outcomes));
      for (const commit of [1, 7, 700, 5000]) {
        const inRuns = new OutcomeKeeper(NO_LOG, LOG, { settings });
        inRuns.restore(new Map(), { task, number: 0 });
        for (let at = 0; at < outcomes.length; at += commit) inRuns.write(outcomes.slice(at, at + commit));
        for (const [part, bytes] of alone.states())
          assert.equal(text(inRuns.states().get(part)), text(bytes), `${part}, ${commit} of a ${task}`);
      }
    }
  });
}

test('what comes late is among the last of a model that had few outcomes in a large commit, and not behind as many later ones', () => {
  const settings = { ...SETTINGS, windows: [parseWindow('last-3')!] };
  const keeper = new OutcomeKeeper(NO_LOG, LOG, { settings });
  keeper.restore(new Map(), { task: 'regression', number: 0 });
  let number = 0;
  const commit = (...places: readonly (readonly [model: string, atMs: number])[]): void => {
    const rows = places.map(([model, atMs]) => ({ id: `${atMs}`, model, truth: 1, prediction: 2, atMs }));
    keeper.write(rows.map((row) => outcomeOf(row, ++number)));
  };
  const fromMs = (model: string): number | undefined =>
    keeper.last.figures(model, { outcomes: 3, task: 'regression', settings })?.fromMs;
  commit(['a', 100], ['b', 101], ['b', 102], ['a', 103], ['b', 104]);
  commit(['a', 50], ['b', 51]);
  assert.deepEqual([fromMs('a'), fromMs('b')], [50, 101]);
  commit(['a', 60], ['a', 90], ['a', 40], ['a', 70]);
  assert.deepEqual([fromMs('a'), fromMs('b')], [90, 101]);
});

/** First truths and revisions of two models, with weights, intervals, versions and naive answers as they may come. */
function history(task: LedgerTask, count: number): Outcome[] {
  const random = randoms(11);
  const outcomes: Outcome[] = [];
  while (outcomes.length < count) {
    const number = outcomes.length + 1;
    const before = outcomes[Math.floor(random() * outcomes.length)];
    const y = task === 'regression' ? 100 * random() : random() < 0.5 ? 'yes' : 'no';
    if (before !== undefined && before.revision === 0 && random() < 0.01) {
      outcomes.push(revisionOf(before, y, number));
      continue;
    }
    const p = random();
    const kind = random();
    const shift = number < 0.6 * count ? 0 : 25;
    const row = {
      id: `id-${number}`,
      model: random() < 0.7 ? 'a' : 'b',
      truth: y,
      prediction: typeof y === 'number' ? y + 20 * p + shift : p > 0.5 ? 'yes' : 'no',
      atMs: 1_700_000_000_000 + 100 * number - Math.floor((random() < 0.1 ? 9000 : 300) * random()),
      tags: { origin: `O${Math.floor(random() * 5)}` },
      ...(task === 'classification' && kind > 0.05 && { proba: { no: 1 - p, yes: p } }),
      ...(task === 'regression' && number > 3 && kind > 0.02 && { baseline: [50, 51, 100 * random()] }),
      ...(task === 'regression' && kind < 0.04 && { interval: [y as number, (y as number) + 1] as const }),
    };
    const outcome = outcomeOf(row, number);
    const version = number < 0.4 * count ? 'v1' : 'v2';
    outcomes.push({ ...outcome, prediction: { ...outcome.prediction, version } });
  }
  // Some have a weight.
  return outcomes.map((outcome, i) =>
    i % 97 === 0 && outcome.revision === 0
      ? { ...outcome, truth: { ...outcome.truth, weight: i % 2 === 0 ? 2 : 0 } }
      : outcome,
  );
}

async function* each(outcomes: readonly Outcome[]): AsyncIterable<Outcome> {
  yield* outcomes;
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}
