import { countOf, formatCount, formatFigure, formatter } from '../charts/numbers.ts';
import type { Chosen } from '../chosen.ts';
import type { ModelSnapshot, Snapshot } from '../../wire/snapshot.ts';
import { booksOf, isBalanced } from './books.ts';
import { durationText } from './duration-text.ts';
import { valueText, type Writing } from './figure-text.ts';
import { mainFigure } from '../chosen.ts';
import { figureMeaning } from '../../wire/figure-meaning.ts';
import { nameOf } from './headline.ts';
import { skillOf } from './skill.ts';
import { TIED, type Words } from './words.ts';

/** A tile: what it is about, a number with its uncertainty, and what it stands on. */
export interface Tile {
  readonly title: Words;
  readonly figure: string;
  readonly isWrong?: boolean;
  readonly beside: string;
  readonly below: string;
  /** Shown as a bar, 0..1. */
  readonly ratio?: number;
}

/** The four tiles, before there is anything in them. */
export const EMPTY_TILES: readonly Tile[] = ['Skill', 'Rows scored', 'Labels that came', 'Books'].map(
  (title) => ({
    title: [title],
    figure: '–',
    beside: '',
    below: '',
  }),
);

/** Skill, challenger (or rows), labels that came, books. */
export function tiles(snapshot: Snapshot, chosen: Chosen, writing: Writing): readonly Tile[] {
  const challenger = challengerOf(chosen);
  return [
    skillTile(chosen, writing),
    challenger === undefined ? rowsTile(snapshot, chosen, writing) : challengerTile(challenger, writing),
    labelsTile(chosen, writing),
    booksTile(snapshot, writing),
  ];
}

function skillTile(chosen: Chosen, writing: Writing): Tile {
  const skill = skillOf(chosen);
  if (skill === undefined) return r2Tile(chosen, writing);
  const { value, uncertainty, unit } = valueText({ kind: 'ratio' }, skill.skill, writing);
  const below = {
    better: 'above 0: it is worth having',
    worse: 'below 0: a constant does better',
    undecided: 'not told apart from a constant yet',
  }[skill.verdict];
  return {
    title: [`Skill against ${skill.naiveName}`],
    figure: `${value}${TIED}${unit}`,
    isWrong: skill.verdict === 'worse',
    beside: uncertainty,
    below,
  };
}

/** Where no baseline is kept: the share of the variance that the model explains, which is its skill against the mean. */
function r2Tile({ figures, scored }: Chosen, writing: Writing): Tile {
  const { r2 } = figures;
  const on = `on ${countOf(scored, 'row', writing.locale)}`;
  if (r2 === undefined) return { title: ['Skill'], figure: '–', beside: '', below: 'no baseline yet' };
  const { value, uncertainty } = valueText({ kind: 'number' }, r2, writing);
  return { title: ['R²'], figure: value, isWrong: r2.value < 0, beside: uncertainty, below: on };
}

/** The challenger that is looked at, else the first that is compared. */
function challengerOf({ model, models }: Chosen): ModelSnapshot | undefined {
  return model.comparison !== undefined ? model : models.find(({ comparison }) => comparison !== undefined);
}

function challengerTile(challenger: ModelSnapshot, writing: Writing): Tile {
  const { comparison } = challenger;
  if (comparison === undefined)
    throw new RangeError(`Cannot compare ${challenger.model}: it has no comparison`);
  const { difference, low, high, better, decidedAt, rows } = comparison;
  // As a gain of the challenger, so that the number is above 0 where it is the better one.
  const [gain, gainLow, gainHigh] = [-difference, high && -high, low && -low];
  const size =
    gain < 0
      ? {
          value: -gain,
          ...(gainLow !== undefined && gainHigh !== undefined && { low: -gainHigh, high: -gainLow }),
        }
      : {
          value: gain,
          ...(gainLow !== undefined && gainHigh !== undefined && { low: gainLow, high: gainHigh }),
        };
  const { value, uncertainty, unit } = valueText(lossMeaning(challenger), size, writing);
  const { locale } = writing;
  return {
    title: ['Challenger ', nameOf(challenger)],
    figure: value,
    beside: [uncertainty, unit, gain >= 0 ? 'better' : 'worse', lossName(challenger)]
      .filter((part) => part !== '')
      .join(TIED),
    below:
      better === 'undecided'
        ? `not decided on ${countOf(rows, 'pair', locale)}`
        : decidedAt === undefined
          ? `decided on ${countOf(rows, 'pair', locale)}`
          : `decided after ${formatCount(decidedAt, locale)} of ${countOf(rows, 'pair', locale)}`,
  };
}

/** What they are compared by, where that is not the figure in the first line: it may well say the opposite. */
export function lossName({ task, figures }: ModelSnapshot): string {
  const hasProbabilities = task !== 'regression' && figures['log_loss'] !== undefined;
  return hasProbabilities ? 'by p(truth)' : '';
}

function lossMeaning(model: ModelSnapshot): { readonly kind: 'error' | 'ratio' } {
  return { kind: figureMeaning(mainFigure(model)).kind === 'error' ? 'error' : 'ratio' };
}

function rowsTile({ rowsPerSecond }: Snapshot, { model }: Chosen, { locale }: Writing): Tile {
  return {
    title: ['Rows scored'],
    figure: formatCount(model.books.scored, locale),
    beside: `${rateText(rowsPerSecond, locale)} rows/s`,
    below: `of ${countOf(model.books.received, 'prediction', locale)}`,
  };
}

/** `412`, `0.5`: a rate as people read it. */
export function rateText(rowsPerSecond: number, locale: string | undefined): string {
  return rowsPerSecond < 10 ? formatFigure(rowsPerSecond, locale) : formatCount(rowsPerSecond, locale);
}

function labelsTile({ model, scored, predictions, slice }: Chosen, { locale }: Writing): Tile {
  const awaited = predictions ?? model.books.scored + model.books.pending + model.books.expired;
  const came = slice === undefined || predictions === undefined ? model.books.scored : scored;
  const title = ['Labels that came'];
  if (awaited === 0) return { title, figure: '–', beside: '', below: '' };
  const ratio = came / awaited;
  const lag = model.labelLag;
  return {
    title,
    figure: shareText(ratio, locale),
    beside: lag === undefined ? '' : `median lag ${durationText(lag.median, locale)}`,
    below: `${formatCount(came, locale)} of ${countOf(awaited, 'prediction', locale)}`,
    ratio,
  };
}

/** Three digits, but 100 % only where it is all of them. */
export function shareText(ratio: number, locale: string | undefined): string {
  const percent = ratio < 1 ? Math.min(100 * ratio, 99.9) : 100 * ratio;
  const digits = { maximumSignificantDigits: 3, ...(percent % 1 !== 0 && { minimumSignificantDigits: 3 }) };
  return `${formatter(locale, digits).format(percent)}${TIED}%`;
}

function booksTile({ models, truths, deadLetters }: Snapshot, { locale }: Writing): Tile {
  const balanced = [...models.map(({ books }) => booksOf(books)), booksOf(truths)].every(isBalanced);
  const total = (name: 'expired' | 'duplicate') =>
    models.reduce((sum, { books }) => sum + books[name], name === 'duplicate' ? truths.duplicate : 0);
  const dead = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
  return {
    title: ['Books'],
    figure: balanced ? 'balanced' : 'do not balance',
    isWrong: !balanced,
    beside: '',
    below: `${formatCount(total('expired'), locale)} expired · ${formatCount(total('duplicate'), locale)} duplicate · ${countOf(dead, 'dead letter', locale)}`,
  };
}
