import type { FigureValue } from '../../stats/figure.ts';
import type { SliceSnapshot } from '../../wire/snapshot.ts';
import { type Chart, type ChartLook, isNarrow } from './chart.ts';
import { dots } from './dots.ts';
import { figureScale, type FigureScale } from './figure-scale.ts';
import { rowsMax } from './named-rows.ts';
import { shownName, withUnits } from './names.ts';
import { countOf, formatCount, formatFigure } from './numbers.ts';
import { columns, type ChartTable } from './table.ts';

/** Where a model is worst. */
export interface ErrorBySlice {
  readonly model: string;
  /** Name of the figure that they are compared by: the mean absolute error of numbers, the accuracy of labels, or another. */
  readonly figure: string;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** The slices of one tag, in any order; those without an outcome are left out. */
  readonly slices: readonly SliceSnapshot[];
  /** The figure over all rows. */
  readonly overall: number | undefined;
}

/** The figure of each slice with its interval, the worst first; red where all of the interval is worse than that of all rows. */
export function errorBySlice(
  { model, figure, units, slices, overall }: ErrorBySlice,
  look: ChartLook,
): Chart {
  const scale = figureScale(figure, units);
  const { factor, max } = scale;
  const scored = worstFirst(slices, figure, scale);
  const drawn = scored.slice(0, rowsMax(look));
  const tag = shownName(slices[0]?.tag ?? 'slice', 32);
  const rows = drawn.map(({ slice: { value, scored }, found }) => {
    const on = isNarrow(look) ? formatCount(scored, look.locale) : countOf(scored, 'row', look.locale);
    return {
      name: shownName(value, 36),
      value: found.value * factor,
      low: found.low === undefined ? undefined : found.low * factor,
      high: found.high === undefined ? undefined : found.high * factor,
      note: `${formatFigure(found.value * factor, look.locale)} on ${on}`,
      tone: isWorse(found, overall, scale) ? ('wrong' as const) : ('champion' as const),
    };
  });
  const left = scored.length - drawn.length;
  const ofAll = overall === undefined ? undefined : formatFigure(overall * factor, look.locale);
  const about = {
    title: withUnits(`${scale.title} by ${tag}`, scale.units),
    subtitle: [shownName(model, 80), left > 0 ? `the ${drawn.length} worst of ${scored.length}` : '']
      .filter(Boolean)
      .join(' · '),
    axis: withUnits(scale.name, scale.units),
    reference: overall === undefined ? undefined : { value: overall * factor, label: `all ${ofAll}` },
    max,
  };
  const [worst] = rows;
  return {
    ...dots(rows, about, look),
    summary:
      worst === undefined
        ? `No ${tag} has a truth yet.`
        : `${about.title}, of ${shownName(model)}, on ${countOf(scored.length, 'slice', look.locale)}: worst at ${worst.name}, ${worst.note}${ofAll === undefined ? '' : `; ${ofAll} over all rows`}.`,
    table: table(tag, scale, scored),
  };
}

interface ScoredSlice {
  readonly slice: SliceSnapshot;
  readonly found: FigureValue;
}

/** What all further values have together comes last. A figure that is best at 0 is the worse the farther it is from there. */
function worstFirst(
  slices: readonly SliceSnapshot[],
  figure: string,
  { better }: FigureScale,
): readonly ScoredSlice[] {
  const badness = ({ value }: FigureValue) =>
    better === 'high' ? -value : better === 'low' ? value : Math.abs(value);
  return slices
    .flatMap((slice) => {
      const found = slice.figures[figure];
      return found === undefined ? [] : [{ slice, found }];
    })
    .sort(
      (a, b) =>
        Number(a.slice.rest ?? false) - Number(b.slice.rest ?? false) || badness(b.found) - badness(a.found),
    );
}

function isWorse({ low, high }: FigureValue, overall: number | undefined, { better }: FigureScale): boolean {
  if (overall === undefined || low === undefined || high === undefined) return false;
  return better === 'low' ? low > overall : better === 'high' && high < overall;
}

/** A share as it is, 0..1. */
function table(tag: string, { name }: FigureScale, slices: readonly ScoredSlice[]): ChartTable {
  return {
    columns: columns(
      [tag, 'text'],
      [name, 'figure'],
      ['low', 'figure'],
      ['high', 'figure'],
      ['rows', 'count'],
      ['predictions', 'count'],
    ),
    rows: slices.map(({ slice: { value, scored, predictions }, found }) => [
      value,
      found.value,
      found.low,
      found.high,
      scored,
      predictions,
    ]),
  };
}
