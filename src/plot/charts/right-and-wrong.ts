import type { Chart, ChartLook } from './chart.ts';
import { shownName } from './names.ts';
import { countOf, formatCount, formatRatio } from './numbers.ts';
import { shareBars } from './share-bars.ts';
import { columns } from './table.ts';

/** How often a model that gives labels alone was right. */
export interface RightAndWrong {
  readonly model: string;
  readonly right: number;
  readonly wrong: number;
}

/** Two bars: what was right and what was wrong, of all rows. At least one row. */
export function rightAndWrong({ model, right, wrong }: RightAndWrong, look: ChartLook): Chart {
  const all = right + wrong;
  const bars = [
    { name: 'right', count: right, tone: 'champion' as const },
    { name: 'wrong', count: wrong, tone: 'wrong' as const },
  ].map((bar) => {
    const ratio = bar.count / all;
    return {
      ...bar,
      ratio,
      note: `${formatRatio(ratio, look.locale)} of ${formatCount(all, look.locale)}`,
    };
  });
  return {
    ...shareBars(bars, { title: 'Right and wrong', subtitle: shownName(model, 80) }, look),
    summary: `Right and wrong, of ${shownName(model)} on ${countOf(all, 'row', look.locale)}: ${bars.map(({ name, note }) => `${note} ${name}`).join('; ')}.`,
    table: {
      columns: columns(['answer', 'text'], ['share', 'ratio'], ['rows', 'count']),
      rows: bars.map(({ name, ratio, count }) => [name, ratio, count]),
    },
  };
}
