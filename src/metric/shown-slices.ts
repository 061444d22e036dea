import type { SliceSnapshot } from '../wire/snapshot.ts';
import type { FigureSet } from './figure-set.ts';
import type { SliceIntervals } from './intervals.ts';
import type { SliceCounts } from './ledger/slice-counts.ts';
import { REST } from './ledger/slices.ts';
import type { ModelFigures } from './model-figures.ts';

/** Where the slices of one model come from. */
export interface SliceSources {
  readonly model: string;
  readonly figures: ModelFigures;
  readonly intervals: SliceIntervals;
}

/**
 * A model's slices: those of each tag with the largest error first, what the tag's other values have together last. Their intervals hold all together. Of a
 * slice whose tag came with the truth, or before it was asked for, only the predictions that are scored are known.
 */
export function slicesOf({ model, figures, intervals }: SliceSources, counts: SliceCounts): SliceSnapshot[] {
  return figures.slices.flatMap((slices) => {
    const { tag } = slices;
    const shown: SliceSnapshot[] = [];
    let rest: SliceSnapshot | undefined;
    for (const [value, set] of slices.list()) {
      if (set.scored <= 0) continue;
      const slice = sliceOf(set, { tag, value, predictions: counts.of(tag, value) });
      if (value === undefined) rest = { ...slice, rest: true };
      else shown.push({ ...slice, figures: intervals.of({ model, tag, value }, slice.figures, set.classes) });
    }
    shown.sort((a, b) => maeOf(b) - maeOf(a) || (a.value < b.value ? -1 : 1));
    return rest === undefined ? shown : [...shown, rest];
  });
}

function sliceOf(
  set: FigureSet,
  {
    tag,
    value = REST,
    predictions,
  }: { readonly tag: string; readonly value: string | undefined; readonly predictions: number },
): SliceSnapshot {
  const errors = set.histogram();
  return {
    tag,
    value,
    predictions: Math.max(predictions, set.scored),
    scored: set.scored,
    figures: set.values(),
    ...(errors && { errors }),
  };
}

function maeOf({ figures }: SliceSnapshot): number {
  return figures['mae']?.value ?? -Infinity;
}
