import type { ChartLook } from './chart.ts';

/** A label so near to an end of the axis is written inwards: it would be cut where the chart was laid out before it came. */
const EDGE_PX = 30;

/** How a field of milliseconds since 1970 goes along x, by the clock of the look. */
export function timeAxis(look: ChartLook, field: string) {
  return {
    field,
    type: 'temporal',
    scale: { type: look.clock === 'utc' ? 'utc' : 'time', nice: false },
    axis: {
      title: look.standsAlone ? (look.clock === 'utc' ? 'time, UTC' : 'time') : null,
      tickCount: { expr: 'max(2, floor(width / 90))' },
      labelOverlap: true,
      labelSeparation: 12,
      labelFlush: EDGE_PX,
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
  } as const;
}

/** How a field of numbers of rows goes along x, where nothing is known of times. */
export function rowsAxis(look: ChartLook, field: string) {
  return {
    field,
    type: 'quantitative',
    scale: { nice: false, zero: false },
    axis: {
      title: look.standsAlone ? 'row' : null,
      tickCount: { expr: 'max(2, floor(width / 90))' },
      tickMinStep: 1,
      labelOverlap: true,
      labelSeparation: 12,
      labelFlush: EDGE_PX,
      format: ',~f',
    },
  } as const;
}
