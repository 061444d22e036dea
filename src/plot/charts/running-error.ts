import type { TopLevelSpec } from 'vega-lite';
import type { HistoryPoint } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, type Chart, type ChartLook } from './chart.ts';
import { shownName, withUnits } from './names.ts';
import { countOf, formatFigure } from './numbers.ts';

/** How the error of one model went. */
export interface RunningError {
  readonly model: string;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** Oldest first, at least one. */
  readonly points: readonly HistoryPoint[];
}

const SO_FAR = 'mean so far';
const RECENT = 'since the point before';

/** The mean absolute error over time: of all outcomes so far, and of those that came since the point before. */
export function runningError({ model, units, points }: RunningError, look: ChartLook): Chart {
  const errors = points.flatMap(({ atMs, mae, recentMae }) => [
    { atMs, error: mae, series: SO_FAR },
    { atMs, error: recentMae, series: RECENT },
  ]);
  const last = points.at(-1);
  return {
    spec: spec(look, model, units),
    data: { errors, ends: errors.slice(-2).toReversed(), extent: extent(points) },
    summary:
      last === undefined
        ? 'No error yet.'
        : `${withUnits('Mean absolute error', units)}, of ${shownName(model)} over time: now ${formatFigure(last.mae, look.locale)} on ${countOf(last.scored, 'row', look.locale)}, ${formatFigure(last.recentMae, look.locale)} most recently.`,
  };
}

/** Corners of the plot: room around a line that is flat, or a single point. */
function extent(points: readonly HistoryPoint[]): object[] {
  let low = Infinity;
  let high = -Infinity;
  for (const { mae, recentMae } of points) {
    low = Math.min(low, mae, recentMae);
    high = Math.max(high, mae, recentMae);
  }
  if (low > high) return [];
  const room = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  const first = points[0]?.atMs ?? 0;
  const end = points.at(-1)?.atMs ?? first;
  return [
    { atMs: end > first ? first : first - 30_000, error: Math.max(0, low - room) },
    { atMs: end > first ? end : end + 30_000, error: high + room },
  ];
}

function spec(look: ChartLook, model: string, units: string | undefined): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const x = {
    field: 'atMs',
    type: 'temporal',
    scale: { type: look.clock === 'utc' ? 'utc' : 'time', nice: false },
    axis: {
      title: look.standsAlone ? (look.clock === 'utc' ? 'time, UTC' : 'time') : null,
      tickCount: { expr: 'max(2, floor(width / 90))' },
      labelOverlap: true,
      labelFlush: false,
      // 24 hours, whatever the language of the browser: the default says AM and PM.
      format: {
        milliseconds: '%H:%M:%S.%L',
        seconds: '%H:%M:%S',
        minutes: '%H:%M',
        hours: '%H:%M',
        day: '%-d %b',
        date: '%-d %b',
        week: '%-d %b',
        month: '%b %Y',
        quarter: '%b %Y',
        year: '%Y',
      },
    },
  };
  const y = {
    field: 'error',
    type: 'quantitative',
    scale: { zero: false, nice: true },
    axis: { title: look.standsAlone ? withUnits('mean absolute error', units) : null, tickCount: 5 },
  };
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain: [SO_FAR, RECENT], range: [palette.champion, faint(palette.champion)] },
    legend: {
      orient: 'top',
      title: null,
      labelColor: palette.quiet,
      labelFontSize: 11,
      symbolType: 'stroke',
      symbolStrokeWidth: 2.5,
      padding: 0,
      offset: 8,
    },
  };
  const title = {
    text: withUnits('Mean absolute error over time', units),
    subtitle: shownName(model, 80),
    limit: typeof look.width === 'number' ? look.width - 96 : 0,
  };
  return {
    ...frameOf(look, title),
    layer: [
      {
        data: { name: 'extent' },
        mark: { type: 'point', opacity: 0, tooltip: null, aria: false },
        encoding: { x, y },
      },
      // The thin line first, so that the thick one is never hidden.
      ...[RECENT, SO_FAR].map((series) => ({
        data: { name: 'errors' },
        transform: [{ filter: `datum.series === '${series}'` }],
        mark: {
          type: 'line',
          strokeWidth: series === SO_FAR ? 2.5 : 1,
          strokeJoin: 'round',
          tooltip: null,
          aria: false,
        },
        encoding: { x, y, color },
      })),
      {
        data: { name: 'ends' },
        mark: { type: 'point', filled: true, size: 40, opacity: 1, tooltip: null, aria: false },
        encoding: { x, y, color },
      },
    ],
  } as TopLevelSpec;
}

/** The same colour where it is less of a statement. */
function faint(colour: string): string {
  return `${colour}80`;
}
