import type { FigureValue } from '../../stats/figure.ts';
import type { ModelSnapshot, Snapshot } from '../../wire/snapshot.ts';
import { columns, type ChartTable } from '../charts/table.ts';
import { countOf, formatCount } from '../charts/numbers.ts';
import { choose, type Chosen } from '../chosen.ts';
import type { Choice } from '../choice.ts';
import { figureMeaning, knownFigures } from '../../wire/figure-meaning.ts';
import { figureText, joined, valueText, type Writing } from './figure-text.ts';
import { nameOf } from './headline.ts';
import { lossName } from './tiles.ts';
import { TIED, type Word } from './words.ts';

/** All figures of what is chosen, the models side by side. */
export interface FigureTable {
  /** A column each. */
  readonly models: readonly Word[];
  readonly rows: readonly { readonly title: string; readonly cells: readonly string[] }[];
}

/**
 * Every figure that any of the models has; a missing one is `–`. Champion first.
 *
 * @param writing.isUnitInTitle the target's unit is said once, above; that of a square is said where it is
 */
export function figureTable(
  snapshot: Snapshot,
  choice: Choice,
  { isUnitInTitle = false, ...writing }: Writing & { readonly isUnitInTitle?: boolean },
): FigureTable {
  const all = everyModel(snapshot, choice);
  const { locale } = writing;
  const bare = isUnitInTitle ? { ...writing, units: undefined } : writing;
  const rows = namesOf(all).map((name) => {
    const { title, kind } = figureMeaning(name);
    const text = (figure: FigureValue) => joined(figureText(name, figure, kind === 'error' ? bare : writing));
    return { title, cells: all.map(({ figures }) => (figures[name] ? text(figures[name]) : '–')) };
  });
  const compared = all.some(({ model }) => model.comparison !== undefined);
  return {
    models: all.map(({ model }) => nameOf(model)),
    rows: [
      {
        title: 'rows',
        cells: all.map(({ scored, predictions }) =>
          predictions === undefined
            ? formatCount(scored, locale)
            : `${formatCount(scored, locale)} of ${formatCount(predictions, locale)}`,
        ),
      },
      ...(compared
        ? [{ title: 'against the champion', cells: all.map(({ model }) => verdictOf(model, bare)) }]
        : []),
      ...rows,
    ],
  };
}

/** The same as numbers, a line for each model and figure, to be taken along. */
export function figuresCsvTable(snapshot: Snapshot, choice: Choice): ChartTable {
  const all = everyModel(snapshot, choice);
  return {
    columns: columns(
      ['model', 'text'],
      ['window', 'text'],
      ['slice', 'text'],
      ['figure', 'text'],
      ['value', 'figure'],
      ['low', 'figure'],
      ['high', 'figure'],
      ['level', 'ratio'],
      ['method', 'text'],
      ['rows', 'count'],
      ['predictions', 'count'],
    ),
    rows: all.flatMap(({ model, window, slice, figures, scored, predictions }) =>
      Object.entries(figures).map(([name, { value, low, high, level, method }]) => [
        model.model,
        window?.window ?? 'all',
        slice === undefined ? 'all' : `${slice.tag}=${slice.value}`,
        name,
        value,
        low,
        high,
        level,
        method,
        scored,
        predictions,
      ]),
    ),
  };
}

function everyModel(snapshot: Snapshot, choice: Choice): Chosen[] {
  return snapshot.models.flatMap(({ model }) => choose(snapshot, { ...choice, model }) ?? []);
}

/** Known figures in their order, then the others as they come. */
function namesOf(all: readonly Chosen[]): string[] {
  const figures = Object.assign({}, ...all.map(({ figures }) => figures)) as Record<string, unknown>;
  const known = knownFigures(figures);
  return [...known, ...Object.keys(figures).filter((name) => !known.includes(name))];
}

/** Who is better, by how much, and whether that is decided. */
function verdictOf(model: ModelSnapshot, writing: Writing): string {
  const { comparison, task } = model;
  if (comparison === undefined) return '–';
  const { difference, low, high, better, rows } = comparison;
  const ends = low === undefined || high === undefined ? {} : { low, high };
  const kind = task === undefined || task === 'regression' ? 'error' : 'ratio';
  const size = joined(valueText({ kind, isSigned: true }, { value: difference, ...ends }, writing));
  const word = { champion: 'worse', challenger: 'better', undecided: 'undecided' }[better];
  const by = lossName(model);
  return `${word}: ${size}${by === '' ? '' : ` ${by}`} on ${countOf(rows, 'pair', writing.locale).replace(' ', TIED)}`;
}
