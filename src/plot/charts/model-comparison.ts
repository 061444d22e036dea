import type { ComparisonSnapshot } from '../../wire/snapshot.ts';
import type { Chart, ChartLook } from './chart.ts';
import { dots, type Dot } from './dots.ts';
import { rowsMax } from './named-rows.ts';
import { shownName, withUnits } from './names.ts';
import { countOf, formatFigure } from './numbers.ts';
import { columns } from './table.ts';

/** The challengers of a champion, each compared with it on the rows that both have. */
export interface ModelComparison {
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  readonly champion: string;
  readonly challengers: readonly { readonly model: string; readonly comparison: ComparisonSnapshot }[];
}

/** How much more a challenger errs than the champion, with its interval: left of the line it is better. */
export function modelComparison({ units, champion, challengers }: ModelComparison, look: ChartLook): Chart {
  const rows = challengers.slice(0, rowsMax(look)).map(({ model, comparison }): Dot => {
    const { difference, low, high, better } = comparison;
    return {
      name: shownName(model, 36),
      value: difference,
      low,
      high,
      note: noteOf(comparison, look),
      tone: better === 'challenger' ? 'challenger' : better === 'champion' ? 'champion' : 'baseline',
    };
  });
  const about = {
    title: withUnits('Challenger against champion, mean loss', units),
    subtitle: `loss of the challenger less that of ${shownName(champion, 60)} · below 0 the challenger is better`,
    axis: withUnits('difference of the mean loss', units),
    reference: { value: 0, label: 'as the champion' },
  };
  return {
    ...dots(rows, about, look),
    summary: `${about.title}: ${
      challengers
        .map(
          ({ model, comparison }) =>
            `${shownName(model)} ${noteOf(comparison, look)} on ${countOf(comparison.rows, 'row', look.locale)}`,
        )
        .join('; ') || 'no challenger yet'
    }.`,
    table: {
      columns: columns(
        ['challenger', 'text'],
        ['difference of the mean loss', 'figure'],
        ['low', 'figure'],
        ['high', 'figure'],
        ['better', 'text'],
        ['rows', 'count'],
        ['decided at row', 'count'],
      ),
      rows: challengers.map(({ model, comparison: c }) => [
        model,
        c.difference,
        c.low,
        c.high,
        c.better,
        c.rows,
        c.decidedAt,
      ]),
    },
  };
}

function noteOf({ difference, better }: ComparisonSnapshot, { locale }: ChartLook): string {
  const size = formatFigure(Math.abs(difference), locale);
  if (better === 'undecided') return `${difference < 0 ? '−' : difference > 0 ? '+' : ''}${size}, undecided`;
  return better === 'challenger' ? `${size} better` : `${size} worse`;
}
