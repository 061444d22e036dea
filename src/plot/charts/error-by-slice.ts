import type { SliceSnapshot } from '../../wire/snapshot.ts';
import { type Chart, type ChartLook, isNarrow } from './chart.ts';
import { dots } from './dots.ts';
import { rowsMax } from './named-rows.ts';
import { shownName, withUnits } from './names.ts';
import { countOf, formatCount, formatFigure } from './numbers.ts';
import { columns, type ChartTable } from './table.ts';

/** Where a model is worst. */
export interface ErrorBySlice {
  readonly model: string;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** The slices of one tag, worst first; those without an outcome are left out. */
  readonly slices: readonly SliceSnapshot[];
  /** Mean absolute error over all rows. */
  readonly mean: number | undefined;
}

/** The mean absolute error of each slice with its interval; red where all of the interval is above the mean of all. */
export function errorBySlice({ model, units, slices, mean }: ErrorBySlice, look: ChartLook): Chart {
  const scored = slices.filter(({ figures }) => figures['mae'] !== undefined);
  const max = rowsMax(look);
  const drawn = scored.slice(0, max);
  const tag = shownName(slices[0]?.tag ?? 'slice', 32);
  const rows = drawn.map(({ value, figures, scored }) => {
    const { value: error = 0, low, high } = figures['mae'] ?? {};
    const isWorse = mean !== undefined && low !== undefined && low > mean;
    const on = isNarrow(look) ? formatCount(scored, look.locale) : countOf(scored, 'row', look.locale);
    return {
      name: shownName(value, 36),
      value: error,
      low,
      high,
      note: `${formatFigure(error, look.locale)} on ${on}`,
      tone: isWorse ? ('wrong' as const) : ('champion' as const),
    };
  });
  const left = scored.length - drawn.length;
  const about = {
    title: withUnits(`Mean absolute error by ${tag}`, units),
    subtitle: [shownName(model, 80), left > 0 ? `the ${drawn.length} worst of ${scored.length}` : '']
      .filter(Boolean)
      .join(' · '),
    axis: withUnits('mean absolute error', units),
    reference:
      mean === undefined ? undefined : { value: mean, label: `all ${formatFigure(mean, look.locale)}` },
  };
  const [worst] = rows;
  return {
    ...dots(rows, about, look),
    summary:
      worst === undefined
        ? `No ${tag} has a truth yet.`
        : `${about.title}, of ${shownName(model)}, on ${countOf(scored.length, 'slice', look.locale)}: worst at ${worst.name}, ${worst.note}${mean === undefined ? '' : `; ${formatFigure(mean, look.locale)} over all rows`}.`,
    table: table(tag, scored),
  };
}

function table(tag: string, slices: readonly SliceSnapshot[]): ChartTable {
  return {
    columns: columns(
      [tag, 'text'],
      ['mean absolute error', 'figure'],
      ['low', 'figure'],
      ['high', 'figure'],
      ['rows', 'count'],
      ['predictions', 'count'],
    ),
    rows: slices.map(({ value, figures, scored, predictions }) => {
      const mae = figures['mae'];
      return [value, mae?.value, mae?.low, mae?.high, scored, predictions];
    }),
  };
}
