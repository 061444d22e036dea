import type { TopLevelSpec } from 'vega-lite';
import { foldedConfusion } from '../../stats/confusion.ts';
import type { ConfusionSnapshot } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, isNarrow, PADDING_PX, type Chart, type ChartLook } from './chart.ts';
import { blend, readableOn } from './colours.ts';
import { shownName } from './names.ts';
import { countOf, formatCompact, formatRatio } from './numbers.ts';
import { columns, type ChartTable } from './table.ts';

/** How often each truth met each prediction. */
export interface ConfusionMatrix {
  readonly model: string;
  readonly confusion: ConfusionSnapshot;
  /** Of predictions that wait for their truth: how often which is expected. */
  readonly isExpected?: true;
}

/**
 * Truths down, predictions across: what is right in blue, what is wrong in red, the stronger the larger its share of the
 * truths of its row. Labels without room of their own are one.
 */
export function confusionMatrix({ model, confusion, isExpected }: ConfusionMatrix, look: ChartLook): Chart {
  const { labels, counts } = foldedConfusion(confusion, isNarrow(look) ? 5 : 12);
  const cells = cellsOf(counts, look);
  const total = confusion.counts.flat().reduce((sum, count) => sum + count, 0);
  const right = confusion.counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const accuracy = total === 0 ? '–' : formatRatio(right / total, look.locale);
  const on = `${countOf(total, 'row', look.locale)}${isExpected ? ' that wait' : ''}`;
  const [title, isRight] = isExpected
    ? ['Expected confusion matrix', 'expected to be right']
    : ['Confusion matrix', 'right'];
  return {
    spec: spec(
      labels,
      {
        title,
        subtitle: `${shownName(model, 80)} · ${accuracy} ${isRight} · on ${on} · each row: the truths of one label`,
      },
      look,
    ),
    data: { cells },
    summary: `${title}, of ${shownName(model)} on ${on}: ${accuracy} are ${isRight}${mostConfused(confusion, look)}.`,
    table: table(confusion),
  };
}

function cellsOf(counts: ConfusionSnapshot['counts'], look: ChartLook): object[] {
  const palette = PALETTES[look.theme];
  return counts.flatMap((row, i) => {
    const truths = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => {
      const ratio = truths === 0 ? 0 : count / truths;
      const [few, many] = i === j ? palette.counts : palette.wrongCounts;
      const fill = count === 0 ? palette.ground : blend(few, many, ratio);
      return {
        truth: i,
        prediction: j,
        fill,
        ink: count === 0 ? palette.quiet : readableOn(fill),
        count: formatCompact(count, look.locale),
        share: count === 0 ? '' : formatRatio(ratio, look.locale),
      };
    });
  });
}

function spec(
  labels: readonly string[],
  { title, subtitle }: { readonly title: string; readonly subtitle: string },
  look: ChartLook,
): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const namePx = isNarrow(look) ? 66 : 140;
  const widthPx = typeof look.width === 'number' ? look.width : 360;
  const cellPx = (widthPx - 2 * PADDING_PX - namePx) / labels.length;
  const names = (lengthMax: number) => JSON.stringify(labels.map((label) => shownName(label, lengthMax)));
  const axis = { labelColor: palette.text, labelOverlap: false, grid: false, labelAngle: 0 };
  const scale = { padding: 0 };
  const x = {
    field: 'prediction',
    type: 'ordinal',
    scale,
    axis: {
      ...axis,
      labelExpr: `${names(Math.max(3, Math.floor(cellPx / 6.8)))}[datum.value]`,
      labelLimit: Math.max(20, cellPx - 2),
      title: look.standsAlone ? 'prediction' : null,
    },
  };
  const y = {
    field: 'truth',
    type: 'ordinal',
    scale,
    axis: {
      ...axis,
      labelExpr: `${names(isNarrow(look) ? 9 : 20)}[datum.value]`,
      labelLimit: namePx,
      title: look.standsAlone ? 'truth' : null,
    },
  };
  const height = 2 * PADDING_PX + 130 + labels.length * 46;
  const text = { type: 'text', tooltip: null, aria: false, fontSize: cellPx < 40 ? 10 : 11 };
  const ink = { field: 'ink', type: 'nominal', scale: null, legend: null };
  return {
    ...frameOf(look, { title, subtitle, height }),
    layer: [
      {
        data: { name: 'cells' },
        mark: { type: 'rect', stroke: palette.ground, strokeWidth: 2, tooltip: null, aria: false },
        encoding: { x, y, color: { field: 'fill', type: 'nominal', scale: null, legend: null } },
      },
      {
        data: { name: 'cells' },
        mark: { ...text, dy: { expr: "datum.share === '' ? 0 : -6" }, fontWeight: 600 },
        encoding: { x, y, text: { field: 'count', type: 'nominal' }, color: ink },
      },
      {
        data: { name: 'cells' },
        mark: { ...text, dy: 8 },
        encoding: { x, y, text: { field: 'share', type: 'nominal' }, color: ink },
      },
    ],
  } as TopLevelSpec;
}

function mostConfused({ labels, counts }: ConfusionSnapshot, { locale }: ChartLook): string {
  let most = { count: 0, truth: '', prediction: '' };
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      if (i !== j && count > most.count)
        most = { count, truth: labels[i] ?? '', prediction: labels[j] ?? '' };
    }
  }
  return most.count === 0
    ? ''
    : `, most often wrong where ${shownName(most.truth, 24)} was taken for ${shownName(most.prediction, 24)}, ${countOf(most.count, 'row', locale)}`;
}

function table({ labels, counts }: ConfusionSnapshot): ChartTable {
  return {
    columns: columns(['truth', 'text'], ['prediction', 'text'], ['rows', 'count']),
    rows: counts.flatMap((row, i) =>
      row.flatMap((count, j) => (count === 0 ? [] : [[labels[i] ?? '', labels[j] ?? '', count]])),
    ),
  };
}
