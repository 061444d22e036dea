import type { TopLevelSpec } from 'vega-lite';
import type { BinsSnapshot } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, isNarrow, type Chart, type ChartLook } from './chart.ts';
import { shownName } from './names.ts';
import { countOf, formatDuration } from './numbers.ts';
import { columns } from './table.ts';
import { LABELS_PX, valueLineLayers, valueLines, type ValueLines } from './value-lines.ts';

/** How long truths took to come. */
export interface LabelLag {
  readonly model: string;
  /** Seconds, edges rising; at least one count above 0. */
  readonly lag: BinsSnapshot;
  /** Seconds. */
  readonly median: number | undefined;
  readonly p95: number | undefined;
}

/** From prediction to truth: a bar for each stretch of time, all equally wide, from seconds to months. */
export function labelLag({ model, lag, median, p95 }: LabelLag, look: ChartLook): Chart {
  const { edges, counts } = trimmed(lag);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const labels = edges.map((edge) => formatDuration(edge, look.locale));
  const figures = [
    ['median', median],
    ['p95', p95],
  ] as const;
  const named = figures.flatMap(([name, seconds]) =>
    seconds === undefined ? [] : [{ seconds, label: `${name} ${formatDuration(seconds, look.locale)}` }],
  );
  const on = `on ${countOf(rows, 'row', look.locale)}`;
  const subtitle = [shownName(model, 80), ...named.map(({ label }) => label), on].join(' · ');
  const marked = valueLines(
    named.map(({ seconds, label }) => ({ x: placeOf(seconds, edges), label })),
    [0, counts.length],
    look,
  );
  return {
    spec: spec(labels, { subtitle, range: marked.range }, look),
    data: {
      bins: counts.map((count, i) => ({ i0: i, i1: i + 1, count })),
      lines: marked.rows,
    },
    summary: `Time from prediction to truth, of ${shownName(model)} ${on}: ${named.map(({ label }) => label).join(', ') || `from ${labels[0]} to ${labels.at(-1)}`}.`,
    table: {
      columns: columns(['from', 'duration'], ['to, exclusive', 'duration'], ['rows', 'count']),
      rows: counts.flatMap((count, i) => (count === 0 ? [] : [[edges[i], edges[i + 1], count]])),
    },
  };
}

/** Without the empty bins before and after; at least four, so that one bar is not a wall. */
function trimmed({ edges, counts }: BinsSnapshot): BinsSnapshot {
  let from = counts.findIndex((count) => count > 0);
  let to = counts.findLastIndex((count) => count > 0) + 1;
  while (to - from < Math.min(4, counts.length)) {
    if (to < counts.length) to++;
    else from--;
  }
  return { edges: edges.slice(from, to + 1), counts: counts.slice(from, to) };
}

/** In bins, from the first edge. */
function placeOf(seconds: number, edges: readonly number[]): number {
  const at = edges.findIndex((edge) => edge > seconds) - 1;
  if (at === -2) return edges.length - 1;
  if (at < 0) return 0;
  const [low = 0, high = low] = edges.slice(at, at + 2);
  return at + (high > low ? (seconds - low) / (high - low) : 0);
}

function spec(
  labels: readonly string[],
  { subtitle, range }: { readonly subtitle: string; readonly range: ValueLines['range'] },
  look: ChartLook,
): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const every = Math.ceil(labels.length / (isNarrow(look) ? 5 : 14));
  const values = labels.map((_, i) => i).filter((i) => i % every === 0);
  const x = {
    type: 'quantitative',
    scale: { domain: [0, labels.length - 1], nice: false, zero: false, range },
    axis: {
      values,
      labelExpr: `${JSON.stringify(labels)}[datum.value]`,
      labelFlush: false,
      labelOverlap: true,
      title: look.standsAlone ? 'from prediction to truth' : null,
    },
  };
  return {
    ...frameOf(look, { title: 'Time from prediction to truth', subtitle }),
    layer: [
      {
        data: { name: 'bins' },
        mark: {
          type: 'bar',
          cornerRadiusEnd: 2,
          binSpacing: 1,
          color: palette.champion,
          tooltip: null,
          aria: false,
        },
        encoding: {
          x: { field: 'i0', bin: { binned: true }, ...x },
          x2: { field: 'i1' },
          y: {
            field: 'count',
            type: 'quantitative',
            stack: null,
            scale: { domainMin: 0, nice: true, range: [{ expr: 'height' }, LABELS_PX - 15] },
            axis: { tickCount: 4, tickMinStep: 1, title: look.standsAlone ? 'rows' : null, format: ',~f' },
          },
        },
      },
      ...valueLineLayers(x),
    ],
  } as TopLevelSpec;
}
