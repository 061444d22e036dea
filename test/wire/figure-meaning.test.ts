import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NO_FURTHER_FIGURES, type FigureSettings } from '../../src/metric/figures/figure-settings.ts';
import { LastOutcomes } from '../../src/metric/ordered/last-outcomes.ts';
import type { LedgerTask } from '../../src/metric/ledger/ledger.ts';
import { titleOf } from '../../src/metric/report/report-text.ts';
import { figureMeaning, knownFigures } from '../../src/wire/figure-meaning.ts';
import { figureText, joined } from '../../src/plot/words/figure-text.ts';
import { outcomeOf, type OutcomeRow } from '../metric/outcome-rows.ts';

const SETTINGS: FigureSettings = { ...NO_FURTHER_FIGURES, errorMax: 5, pinball: [0.9, 0.975], beta: 2 };
const LABELS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Numbers with all that figures can be made of: an interval, naive answers, a truth of 0, one below. */
const NUMBERS = [3, 0, -2, 7].map((truth, i) => ({
  truth,
  prediction: i === 1 ? 0 : truth + i,
  interval: [truth - 1, truth + 2] as const,
  baseline: [1, 2, 4],
}));

const everyFigure = new Set([
  ...figuresOf('regression', NUMBERS),
  ...figuresOf('classification', classes(2)),
  ...figuresOf('classification', classes(6)),
]);

test('the rows of this test have every figure that the document of the figures names', () => {
  const named = figureCells().flatMap((cell) => [...cell.matchAll(/`([a-z]\w*)`/g)].map(([, name]) => name!));
  assert.ok(named.length > 40, `${named.length} names`);
  assert.deepEqual(
    named.filter((name) => !everyFigure.has(name)),
    [],
  );
});

test('the document of the figures names every figure that can occur', () => {
  const patterns = figureCells()
    .flatMap((cell) => [...cell.matchAll(/`([a-z…][\w…]*)`/g)].map(([, name]) => name!))
    .map((name) => new RegExp(`^${name.replaceAll('…', '\\w+')}$`));
  const named = (name: string): boolean => patterns.some((pattern) => pattern.test(name.replace('.', '_')));
  assert.deepEqual(
    [...everyFigure].filter((name) => !named(name)),
    [],
  );
});

test('every figure that can occur has words of its own on the page', () => {
  assert.deepEqual(
    [...everyFigure].filter((name) => !knownFigures({ [name]: {} }).includes(name)),
    [],
  );
  const titles = [...everyFigure].map((name) => figureMeaning(name).title);
  assert.equal(new Set(titles).size, titles.length, 'no two figures are called the same');
});

test('no report calls a figure as a program does', () => {
  const raw = /_|\b(?:mae|mse|rmse|r2|mape|smape|msle|mcc|auc|f1|beta|brier|top \d accuracy|pinball \d)\b/;
  const titles = [...everyFigure].map(titleOf);
  assert.deepEqual(
    titles.filter((title) => title !== 'F-beta' && raw.test(title)),
    [],
  );
  assert.equal(new Set(titles).size, titles.length, 'no two figures are called the same');
});

test('a pinball loss is called by its quantile, and rows that have no answer are counted', () => {
  assert.equal(figureMeaning('pinball_97.5').title, 'pinball loss at 97.5 %');
  assert.equal(titleOf('pinball_97.5'), 'pinball loss at 97.5 %');
  const count = figureText('mape_undefined_rows', { value: 12_345 }, { units: 'min', locale: 'en' });
  assert.equal(joined(count), '12,345');
});

test('known figures keep their order, whatever comes first in the snapshot', () => {
  assert.deepEqual(knownFigures({ pinball_90: 1, bias: 1, a_figure_of_tomorrow: 1, mae: 1 }), [
    'mae',
    'bias',
    'pinball_90',
  ]);
});

/** What stands first in the rows of the tables of figures. */
function figureCells(): string[] {
  const document = readFileSync(new URL('../../docs/statistics.md', import.meta.url), 'utf8');
  const tables = document.matchAll(/^\| figure \| (?:formula|meaning) \|.*\n((?:\|.*\n)+)/gm);
  return [...tables].flatMap(([, lines = '']) => lines.split('\n').map((line) => line.split('|')[1] ?? ''));
}

/** As many classes, each probability there, and not every answer right. */
function classes(count: number): Pick<OutcomeRow, 'truth' | 'prediction' | 'proba'>[] {
  const labels = LABELS.slice(0, count);
  return [...labels, ...labels].map((truth, i) => {
    const prediction = i === 0 ? labels[1]! : truth;
    const rest = 0.4 / (count - 1);
    const proba = Object.fromEntries(labels.map((label) => [label, label === prediction ? 0.6 : rest]));
    return { truth, prediction, proba };
  });
}

function figuresOf(
  task: LedgerTask,
  rows: readonly Pick<OutcomeRow, 'truth' | 'prediction' | 'proba' | 'interval' | 'baseline'>[],
): string[] {
  const last = new LastOutcomes(rows.length);
  for (const [i, row] of rows.entries()) {
    last.add(outcomeOf({ id: String(i), atMs: 1_700_000_000_000 + i, ...row }, i + 1), task);
  }
  const made = last.figures('a', { outcomes: rows.length, task, settings: SETTINGS });
  return Object.keys(made?.figures ?? {});
}
