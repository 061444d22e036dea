import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FigureSettings, NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { LastOutcomes } from '../../src/metric/ordered/last-outcomes.ts';
import { ModelFigures } from '../../src/metric/figures/model-figures.ts';
import { windowsOf } from '../../src/metric/snapshot/shown-windows.ts';
import type { LedgerTask } from '../../src/metric/ledger/ledger.ts';
import { regression } from '../../src/stats/regression.ts';
import { parseWindow } from '../../src/wire/window.ts';
import { uniforms } from '../stats/stream.ts';
import { type OutcomeRow, outcomeOf, revisionOf } from './outcome-rows.ts';

type Golden = Readonly<Record<'last' | 'sliding' | 'faded', Readonly<Record<string, number | null>>>>;
const golden = JSON.parse(
  readFileSync(new URL('../stats/oracles/windows.json', import.meta.url), 'utf8'),
) as readonly Golden[];

const WINDOWS = { last: 'last-20', sliding: 'sliding-10m', faded: 'faded-5m' } as const;
const SETTINGS: FigureSettings = {
  ...NO_FURTHER_FIGURES,
  windows: Object.values(WINDOWS).map((name) => parseWindow(name)!),
};

/** As oracles/windows.py makes them. */
function stream(task: LedgerTask, seed: number, count: number): OutcomeRow[] {
  const u = uniforms(seed);
  return Array.from({ length: count }, (_, i) => {
    const [a, b, c, d] = [u(), u(), u(), u()];
    const number = (b - 0.5) * 200;
    const p = Math.round(c * 50) / 50;
    const common = {
      id: String(i),
      atMs: 1_700_000_000_000 + i * 30_000 + Math.floor(a * 90_000),
      weight: 0.1 + d * 3,
    };
    if (task === 'regression') return { ...common, truth: number, prediction: number * 0.8 + (c - 0.5) * 60 };
    return { ...common, truth: b < p * 0.8 + 0.1, prediction: p >= 0.5, proba: { true: p, false: 1 - p } };
  });
}

const NAMES = {
  regression: ['mae', 'rmse', 'r2', 'explained_variance', 'mape'],
  classification: [
    'accuracy',
    'log_loss',
    'brier',
    'balanced_accuracy',
    'precision',
    'recall',
    'f1',
    'mcc',
    'kappa',
    'roc_auc',
    'average_precision',
  ],
} as const;

/** What a window has no figure of: rankings have no weights but over the last outcomes, and what fades is made of means alone. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  sliding: ['roc_auc', 'average_precision'],
  faded: ['mape', ...NAMES.classification.slice(3)],
};

for (const task of ['regression', 'classification'] as const) {
  test(`figures of a ${task} over every kind of window agree with scikit-learn after each weighted update`, () => {
    const figures = new ModelFigures(task, SETTINGS);
    const last = new LastOutcomes(20);
    for (const [i, row] of stream(task, 7, golden.length).entries()) {
      const outcome = outcomeOf(row, i + 1);
      figures.add(outcome);
      last.add(outcome, task);
      const shown = windowsOf({ model: 'a', figures, last, settings: SETTINGS });
      for (const [kind, expected] of Object.entries(golden[i]!)) {
        const window = shown.find(({ window }) => window === WINDOWS[kind as keyof typeof WINDOWS])!;
        for (const name of NAMES[task]) {
          const value = window.figures[name]?.value;
          if (ABSENT[kind]?.includes(name)) {
            assert.equal(value, undefined, `${kind} ${name}`);
            continue;
          }
          const want = expected[name]!;
          if (want === null)
            assert.ok(name === 'brier' || value === undefined, `${kind} ${name} after ${i + 1}`);
          else
            assert.ok(
              value !== undefined && Math.abs(value - want) <= 1e-10 * Math.max(Math.abs(want), 0.01),
              `${kind} ${name} after ${i + 1}: ${value}, ${want} is expected`,
            );
        }
      }
    }
  });
}

test('the last outcomes are the same whatever their order, and a revision takes the place of its outcome', () => {
  const rows = fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 999 }).map(String),
      atMs: fc.integer({ min: 0, max: 30 }),
      truth: fc.integer({ min: -50, max: 50 }),
      prediction: fc.integer({ min: -50, max: 50 }),
      revised: fc.option(fc.integer({ min: -50, max: 50 })),
      order: fc.double({ noNaN: true }),
    }),
    { maxLength: 200, size: 'max' },
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 12 }), (all, max) => {
      const unique = [...new Map(all.map((row) => [row.id, row])).values()];
      const bytes = [unique, unique.toSorted((a, b) => a.order - b.order)].map((ordered) => {
        const last = new LastOutcomes(max);
        let number = 0;
        const firsts = ordered.map((row) => outcomeOf(row, ++number));
        const revise = (i: number): void => {
          const { revised } = ordered[i]!;
          if (revised !== null) last.add(revisionOf(firsts[i]!, revised, ++number), 'regression');
        };
        // Half of the revisions come soon after their outcome, with others around them.
        for (const [i, outcome] of firsts.entries()) {
          last.add(outcome, 'regression');
          if (i >= 3 && i % 2 === 1) revise(i - 3);
        }
        for (const i of firsts.keys()) if (i % 2 === 1 || i + 3 >= firsts.length) revise(i);
        const copy = new LastOutcomes(max);
        copy.decode(last.encode());
        assert.deepEqual(Buffer.from(copy.encode()), Buffer.from(last.encode()));
        const options = { outcomes: max, task: 'regression', settings: SETTINGS } as const;
        return copy.figures('a', options)?.figures;
      });
      assert.deepEqual(bytes[0], bytes[1]);
      const latest = unique.toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)).slice(-max);
      const state = regression.empty();
      for (const row of latest) {
        regression.add(state, { truth: row.revised ?? row.truth, prediction: row.prediction });
      }
      assert.deepEqual(bytes[0]?.['rmse'], regression.value(state)['rmse']);
    }),
    { numRuns: 200, seed: 6 },
  );
});

test('sliding and tumbling windows hold what their span says, to the cell, and revisions stay where they were', () => {
  const windows = ['sliding-1h', 'sliding-1d', 'sliding-7d', 'tumbling-15m', 'tumbling-1h', 'tumbling-1d'];
  const settings = { ...NO_FURTHER_FIGURES, windows: windows.map((name) => parseWindow(name)!) };
  const u = uniforms(3);
  for (const spanMs of [3_600_000, 86_400_000, 20 * 86_400_000]) {
    const figures = new ModelFigures('regression', settings);
    const rows: { atMs: number; truth: number; prediction: number }[] = [];
    for (let i = 0; i < 400; i++) {
      const row = { atMs: Math.floor(u() * spanMs * (i / 400)), truth: u(), prediction: u() };
      const outcome = outcomeOf({ id: String(i), ...row }, i + 1);
      figures.add(outcome);
      if (i % 7 === 0) {
        figures.add(revisionOf(outcome, 2, 1000 + i));
        row.truth = 2;
      }
      rows.push(row);
      if (i % 20 !== 0) continue;
      for (const shown of windowsOf({ model: 'a', figures, last: new LastOutcomes(0), settings })) {
        const { fromMs = -Infinity, toMs = Infinity } = shown;
        const state = regression.empty();
        for (const each of rows) if (each.atMs >= fromMs && each.atMs < toMs) regression.add(state, each);
        assert.deepEqual([shown.window, shown.scored], [shown.window, state.rows]);
        assert.deepEqual(shown.figures['mae'], regression.value(state)['mae']);
        const newest = rows.reduce((max, each) => Math.max(max, each.atMs), 0);
        if (shown.kind === 'sliding') assert.ok(toMs > newest);
      }
    }
  }
});

test('a window is what its name says, or no window', () => {
  assert.deepEqual(parseWindow('sliding-90m'), { name: 'sliding-90m', kind: 'sliding', spanMs: 5_400_000 });
  for (const bad of [
    'last-0',
    'last-1e3',
    'last-10001',
    'sliding-10s',
    'sliding-61d',
    'tumbling-7m',
    'tumbling-90m',
    'tumbling-36h',
    'faded-1ms',
    'faded-',
    'hourly',
    '',
  ])
    assert.equal(parseWindow(bad), undefined, bad);
});
