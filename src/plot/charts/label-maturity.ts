import type { MaturityPoint } from '../../wire/snapshot.ts';
import { isNarrow, type Chart, type ChartLook } from './chart.ts';
import { rowsMax } from './named-rows.ts';
import { shownName } from './names.ts';
import { countOf, formatCount, formatDuration, formatRatio } from './numbers.ts';
import { shareBars } from './share-bars.ts';
import { columns } from './table.ts';

/** Of predictions of each age, how many have their truth. */
export interface LabelMaturity {
  readonly model: string;
  /** Youngest first, at least one. */
  readonly ages: readonly MaturityPoint[];
}

/** A bar for each age of predictions, filled as far as their truths came. */
export function labelMaturity({ model, ages }: LabelMaturity, look: ChartLook): Chart {
  const named = (points: readonly MaturityPoint[]) =>
    points.map((age, i) => ({
      ...age,
      name: ageName(points[i - 1]?.ageMsMax, age.ageMsMax, look.locale),
      ratio: age.predictions === 0 ? 0 : age.scored / age.predictions,
    }));
  const all = named(ages);
  const bars = named(youngOnes(ages, rowsMax(look))).map(({ name, ratio, predictions }) => {
    const of = isNarrow(look)
      ? formatCount(predictions, look.locale)
      : countOf(predictions, 'prediction', look.locale);
    return {
      name,
      ratio,
      note: `${formatRatio(ratio, look.locale)} of ${of}`,
      tone: 'champion' as const,
    };
  });
  const about = { title: 'Truths that came, by age of the prediction', subtitle: shownName(model, 80) };
  const [youngest, oldest] = [all[0], all.at(-1)];
  return {
    ...shareBars(bars, about, look),
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

/** So many ages at most: the young ones tell, the old ones are together. */
function youngOnes(ages: readonly MaturityPoint[], max: number): readonly MaturityPoint[] {
  if (ages.length <= max) return ages;
  const old = ages.slice(max - 1);
  const sum = (of: 'predictions' | 'scored') => old.reduce((total, age) => total + age[of], 0);
  const together = { ...old.at(-1), predictions: sum('predictions'), scored: sum('scored') };
  return [...ages.slice(0, max - 1), together];
}

function ageName(fromMs: number | undefined, toMs: number | undefined, locale: string | undefined): string {
  const text = (ms: number) => formatDuration(ms / 1_000, locale);
  if (toMs === undefined) return fromMs === undefined ? 'any age' : `> ${text(fromMs)}`;
  return fromMs === undefined ? `≤ ${text(toMs)}` : `${text(fromMs)} – ${text(toMs)}`;
}
