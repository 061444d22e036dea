import type { Chart, ChartLook } from './chart.ts';
import { dots } from './dots.ts';
import { rowsMax } from './named-rows.ts';
import { shownName } from './names.ts';
import { countOf, formatFigure } from './numbers.ts';
import { columns } from './table.ts';

/** How far the features of a model are from those it is compared with. */
export interface FeatureDrift {
  readonly model: string;
  /** What is measured: `population stability index`, `Wasserstein distance`, … */
  readonly measure: string;
  /** Any order, at least one. */
  readonly features: readonly DriftedFeature[];
  /** From here on a feature is said to have drifted, where one limit holds for all. */
  readonly threshold: number | undefined;
}

/** One feature, and whether it has drifted. */
export interface DriftedFeature {
  readonly feature: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly drifted: boolean;
}

/** The drift of each feature, the largest first; red where it has drifted. */
export function featureDrift({ model, measure, features, threshold }: FeatureDrift, look: ChartLook): Chart {
  const sorted = features.toSorted((a, b) => b.value - a.value);
  const drawn = sorted.slice(0, rowsMax(look));
  const drifted = sorted.filter((feature) => feature.drifted);
  const rows = drawn.map(({ feature, value, low, high, drifted }) => ({
    name: shownName(feature, 36),
    value,
    low,
    high,
    note: formatFigure(value, look.locale),
    tone: drifted ? ('wrong' as const) : ('champion' as const),
  }));
  const many = `${drifted.length} of ${countOf(sorted.length, 'feature', look.locale)} drifted`;
  const left = drawn.length < sorted.length ? ` · the ${drawn.length} largest` : '';
  const about = {
    title: 'Drift by feature',
    subtitle: `${shownName(model, 80)} · ${many}${left}`,
    axis: measure,
    reference:
      threshold === undefined
        ? undefined
        : { value: threshold, label: `limit ${formatFigure(threshold, look.locale)}` },
  };
  const [most] = rows;
  return {
    ...dots(rows, about, look),
    summary: `Drift by feature (${measure}), of ${shownName(model)}: ${many}${most === undefined ? '' : `; most of all ${most.name} with ${most.note}`}.`,
    table: {
      columns: columns(
        ['feature', 'text'],
        [measure, 'figure'],
        ['low', 'figure'],
        ['high', 'figure'],
        ['drifted', 'text'],
      ),
      rows: sorted.map(({ feature, value, low, high, drifted }) => [
        feature,
        value,
        low,
        high,
        drifted ? 'yes' : 'no',
      ]),
    },
  };
}
