import type { TopLevelSpec } from 'vega-lite';
import type { MaturityPoint } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, isNarrow, type Chart, type ChartLook } from './chart.ts';
import { namedRows, rowsMax } from './named-rows.ts';
import { shownName } from './names.ts';
import { formatCount, formatDuration, formatRatio } from './numbers.ts';
import { columns } from './table.ts';

/** Of predictions of each age, how many have their truth. */
export interface LabelMaturity {
  readonly model: string;
  /** Youngest first, at least one. */
  readonly ages: readonly MaturityPoint[];
}

/** A bar for each age of predictions, filled as far as their truths came. */
export function labelMaturity({ model, ages }: LabelMaturity, look: ChartLook): Chart {
  const palette = PALETTES[look.theme];
  const all = ages.map((age, i) => ({
    ...age,
    name: ageName(ages[i - 1]?.ageMsMax, age.ageMsMax, look.locale),
    ratio: age.predictions === 0 ? 0 : age.scored / age.predictions,
  }));
  // The young ones tell; of the old ones the last.
  const max = rowsMax(look);
  const drawn = all.length <= max ? all : [...all.slice(0, max - 1), ...all.slice(-1)];
  const rows = drawn.map(({ name, ratio, predictions }, row) => {
    const of = `of ${formatCount(predictions, look.locale)}`;
    const share = formatRatio(ratio, look.locale);
    return {
      row,
      name,
      ratio,
      whole: 1,
      note: isNarrow(look) ? `${share} ${of}` : `${share} ${of} predictions`,
    };
  });
  const place = namedRows(rows, 'ages', look);
  const x = { type: 'quantitative', scale: { domain: [0, 1], nice: false, range: place.range }, axis: null };
  const size = { expr: `min(bandwidth('y'), ${BAR_PX_MAX})` };
  const bar = { type: 'bar', tooltip: null, aria: false, cornerRadius: 2, size };
  const about = {
    title: 'Truths that came, by age of the prediction',
    subtitle: shownName(model, 80),
    height: place.height,
  };
  const [youngest, oldest] = [all[0], all.at(-1)];
  return {
    spec: {
      ...frameOf(look, about),
      layer: [
        {
          data: { name: 'ages' },
          mark: { ...bar, color: palette.hairline },
          encoding: { x: { ...x, field: 'whole', stack: null }, y: place.y },
        },
        {
          data: { name: 'ages' },
          mark: { ...bar, color: palette.champion },
          encoding: { x: { ...x, field: 'ratio', stack: null }, y: place.y },
        },
        ...place.words,
      ],
    } as unknown as TopLevelSpec,
    data: { ages: rows },
    summary: `${about.title}, of ${shownName(model)}: ${[youngest, ...(all.length > 1 ? [oldest] : [])]
      .flatMap((age) => (age === undefined ? [] : [`${formatRatio(age.ratio, look.locale)} at ${age.name}`]))
      .join(', ')}.`,
    table: {
      columns: columns(
        ['age', 'text'],
        ['truths that came', 'ratio'],
        ['predictions', 'count'],
        ['with their truth', 'count'],
      ),
      rows: all.map(({ name, ratio, predictions, scored }) => [name, ratio, predictions, scored]),
    },
  };
}

/** One age alone is a bar, not a block. */
const BAR_PX_MAX = 24;

function ageName(fromMs: number | undefined, toMs: number | undefined, locale: string | undefined): string {
  const text = (ms: number) => formatDuration(ms / 1_000, locale);
  if (toMs === undefined) return fromMs === undefined ? 'any age' : `> ${text(fromMs)}`;
  return fromMs === undefined ? `≤ ${text(toMs)}` : `${text(fromMs)} – ${text(toMs)}`;
}
