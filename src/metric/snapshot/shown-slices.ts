import type { Figures } from '../../stats/figure.ts';
import { SLICES_SHOWN_MAX, type SliceSnapshot } from '../../wire/snapshot.ts';
import { type FigureSettings } from '../figures/figure-settings.ts';
import type { FigureSet } from '../figures/figure-set.ts';
import { emptySet } from '../figures/set-of-task.ts';
import type { SliceIntervals } from '../ordered/intervals.ts';
import type { SliceCounts } from '../ledger/slice-counts.ts';
import { REST } from '../ledger/slices.ts';
import type { ModelFigures } from '../figures/model-figures.ts';
import type { SliceFigures } from '../figures/slice-figures.ts';

/** Where the slices of one model come from. */
export interface SliceSources {
  readonly model: string;
  readonly figures: ModelFigures;
  readonly intervals: SliceIntervals;
  readonly counts: SliceCounts;
  readonly settings: FigureSettings;
}

/**
 * A model's slices: of each tag the values with most predictions, the one with the largest error first, and what all
 * others have together last. Their intervals hold all together. Of a slice whose tag came with the truth, or before it
 * was asked for, only the predictions that are scored are known.
 */
export function slicesOf(sources: SliceSources): SliceSnapshot[] {
  return sources.figures.slices.flatMap((slices) => slicesOfTag(slices, sources));
}

function slicesOfTag(slices: SliceFigures, sources: SliceSources): SliceSnapshot[] {
  const { tag } = slices;
  const { counts, settings, figures } = sources;
  const known = [...slices.list()]
    .filter(([, { scored }]) => scored > 0)
    .map(([value, set]) => ({ value, set, predictions: Math.max(counts.of(tag, value), set.scored) }));
  const named = known
    .filter(({ value }) => value !== undefined)
    .sort((a, b) => b.predictions - a.predictions || (a.value! < b.value! ? -1 : 1));
  const shown = named
    .slice(0, SLICES_SHOWN_MAX)
    .map(({ value, set, predictions }) => ({ ...shownSlice(tag, value!, set, sources), predictions }))
    .sort((a, b) => maeOf(b) - maeOf(a));
  const others = known.filter(({ value }) => value === undefined).concat(named.slice(SLICES_SHOWN_MAX));
  if (others.length === 0) return shown;
  const rest = emptySet(figures.task, settings);
  for (const { set } of others) rest.merge(set);
  const predictions = others.reduce((sum, other) => sum + other.predictions, 0);
  return [...shown, { ...made(tag, REST, rest), rest: true, predictions }];
}

type Shown = Omit<SliceSnapshot, 'predictions' | 'rest'>;

/** What was shown of a set when it had so many changes: most slices do not change between two snapshots. */
const SHOWN = new WeakMap<FigureSet, { readonly changes: number; readonly slice: Shown }>();

function shownSlice(tag: string, value: string, set: FigureSet, { model, intervals }: SliceSources): Shown {
  const before = SHOWN.get(set);
  if (before?.changes === set.changes) return before.slice;
  const bare = made(tag, value, set);
  const slice = { ...bare, figures: intervals.of({ model, tag, value }, bare.figures, set.classes) };
  SHOWN.set(set, { changes: set.changes, slice });
  return slice;
}

function made(tag: string, value: string, set: FigureSet): Shown {
  const errors = set.histogram();
  return { tag, value, scored: set.scored, figures: mainFigures(set.values()), ...(errors && { errors }) };
}

/** What people compare slices by; all figures of fifty of them would be most of a snapshot. */
const MAIN = [
  'mae',
  'rmse',
  'bias',
  'r2',
  'median_absolute_error',
  'p95_absolute_error',
  'clipped_mae',
  'mae_of_median',
  'mae_skill_median',
  'interval_coverage',
  'accuracy',
  'balanced_accuracy',
  'precision',
  'recall',
  'f1',
  'macro_f1',
  'mcc',
  'roc_auc',
  'log_loss',
  'brier',
  'expected_calibration_error',
] as const;

/** Those of a slice that are shown. */
export function mainFigures(figures: Figures): Figures {
  return Object.fromEntries(MAIN.flatMap((name) => (figures[name] ? [[name, figures[name]]] : [])));
}

function maeOf({ figures }: Shown): number {
  return figures['mae']?.value ?? -Infinity;
}
