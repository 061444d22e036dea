import { isNarrow, PADDING_PX, type ChartLook } from './chart.ts';

/**
 * The place of charts that have a row for each name: the name on the left, the drawing in the middle, words on
 * the right. Rows are told apart by their number, so that two of one name are two.
 */
export interface NamedRows {
  /** Where the drawing begins and ends: what goes into `range` of the scale along x. */
  readonly range: readonly [{ readonly expr: string }, { readonly expr: string }];
  /** The encoding of a row's place, of the field `row`. */
  readonly y: object;
  /** The layers that write `name` and `note` of the data set. */
  readonly words: readonly object[];
  /** Pixels of a picture that stands alone. */
  readonly height: number;
}

/** What has to be written beside the rows. */
export interface RowWords {
  readonly row: number;
  readonly name: string;
  readonly note: string;
}

/** Rows that a chart has room for; a picture that stands alone grows with them. */
export function rowsMax(look: ChartLook): number {
  return look.standsAlone ? 20 : Math.max(1, Math.floor((look.height - 48) / ROW_PX_MIN));
}

/** Lays out these rows, which are in the data set `dataset`. */
export function namedRows(rows: readonly RowWords[], dataset: string, look: ChartLook): NamedRows {
  const namePx = widthOf(
    rows.map(({ name }) => name),
    isNarrow(look) ? 108 : 240,
  );
  const notePx = widthOf(
    rows.map(({ note }) => note),
    isNarrow(look) ? 120 : 220,
  );
  const y = { field: 'row', type: 'ordinal', axis: null, scale: { padding: 0.3 }, sort: 'ascending' };
  const word = { type: 'text', baseline: 'middle', tooltip: null, aria: false };
  return {
    range: [{ expr: `${namePx}` }, { expr: `max(${namePx} + 40, width - ${notePx})` }],
    y,
    words: [
      {
        data: { name: dataset },
        mark: { ...word, align: 'right', limit: namePx - 10 },
        encoding: { x: { value: namePx - 10 }, y, text: { field: 'name', type: 'nominal' } },
      },
      {
        data: { name: dataset },
        mark: { ...word, align: 'right', limit: notePx - 10, opacity: 0.8 },
        encoding: { x: { value: 'width' }, y, text: { field: 'note', type: 'nominal' } },
      },
    ],
    height: 2 * PADDING_PX + 120 + rows.length * ROW_PX,
  };
}

const ROW_PX = 26;
const ROW_PX_MIN = 17;
const CHARACTER_PX = 6.6;

/** In steps, so that a name that is a little longer does not move the whole chart. */
function widthOf(texts: readonly string[], pxMax: number): number {
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 0);
  return Math.min(pxMax, Math.ceil((longest * CHARACTER_PX + 14) / 12) * 12);
}
