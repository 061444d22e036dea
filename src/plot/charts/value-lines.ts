import { isNarrow, type ChartLook } from './chart.ts';

/** A value that is marked along x, and what it is called. */
export interface ValueLine {
  /** Where it stands along x. */
  readonly x: number;
  readonly label: string;
}

/** Pixels above the drawing that the labels of three lines take. */
export const LABELS_PX = 3 * 15 + 4;

/** Pixels between two rows of labels, and what a character takes at most. */
const ROW_PX = 15;
const CHARACTER_PX = 6.8;

/** The data set `lines`, and what the drawing has to leave free for it. */
export interface ValueLines {
  readonly rows: readonly object[];
  /** Where the drawing has to end along x, so that no label leaves the picture. */
  readonly range: readonly [number, { readonly expr: string }];
  /** Pixels that are left for the drawing, at least. */
  readonly plotPx: number;
}

/**
 * At most three lines: from left to right, each with the ones to its left (`a`, then `b`). The label of a line that
 * stands too near goes one row lower, and its line ends there, so that no line ever crosses a label. Decided in
 * pixels, where the chart is drawn.
 *
 * @param domain of x
 */
export function valueLines(
  values: readonly ValueLine[],
  domain: readonly [from: number, to: number],
  look: ChartLook,
): ValueLines {
  const shown = values
    .map(({ x, label }) => ({ x, label, widthPx: label.length * CHARACTER_PX + 8 }))
    .sort((one, other) => one.x - other.x);
  const [first, second] = shown;
  const plotPx = isNarrow(look) ? 240 : 680;
  const beyond = shown.map(({ x, widthPx }) => {
    const share = (domain[1] - x) / (domain[1] - domain[0]);
    return Math.max(0, widthPx - share * plotPx);
  });
  // In steps, so that a figure that is a little longer does not move the whole chart.
  const freePx = Math.ceil(Math.max(0, ...beyond) / 24) * 24;
  return {
    rows: shown.map((line, i) => ({
      ...line,
      a: i > 0 ? first?.x : null,
      aPx: first?.widthPx ?? 0,
      b: i > 1 ? second?.x : null,
      bPx: second?.widthPx ?? 0,
    })),
    range: [0, { expr: `width - ${freePx}` }],
    plotPx: plotPx - freePx,
  };
}

/** @param x the encoding that the drawing has along x, its field apart */
export function valueLineLayers(x: object): object[] {
  const encoded = { ...x, field: 'x' };
  return [
    {
      data: { name: 'lines' },
      mark: {
        type: 'rule',
        y: { expr: `${ROW} * ${ROW_PX}` },
        y2: { expr: 'height' },
        strokeWidth: 1,
        aria: false,
      },
      encoding: { x: encoded },
    },
    {
      data: { name: 'lines' },
      mark: {
        type: 'text',
        align: 'left',
        baseline: 'top',
        dx: 5,
        y: { expr: `${ROW} * ${ROW_PX}` },
        aria: false,
      },
      encoding: { x: encoded, text: { field: 'label', type: 'nominal' } },
    },
  ];
}

const IS_NEAR = (x: string, left: string, widthPx: string) =>
  `(isValid(${left}) && scale('x', ${x}) < scale('x', ${left}) + ${widthPx})`;
const SECOND_ROW = `(${IS_NEAR('datum.b', 'datum.a', 'datum.aPx')} ? 1 : 0)`;
const ROW = `max(${IS_NEAR('datum.x', 'datum.a', 'datum.aPx')} ? 1 : 0, ${IS_NEAR('datum.x', 'datum.b', 'datum.bPx')} ? ${SECOND_ROW} + 1 : 0)`;
