import type { Figures, FigureValue } from '../stats/figure.ts';
import type {
  ArrivalPoint,
  Histogram,
  ModelSnapshot,
  SliceSnapshot,
  Snapshot,
  WindowSnapshot,
} from '../wire/snapshot.ts';
import { sliceKey, type Choice } from './choice.ts';

/** What of a snapshot is shown: that of one model, one window, one slice, one figure. */
export interface Chosen {
  /** Champion first. */
  readonly models: readonly ModelSnapshot[];
  readonly model: ModelSnapshot;
  /** `undefined`: everything. */
  readonly window: WindowSnapshot | undefined;
  /** `undefined`: all rows. */
  readonly slice: SliceSnapshot | undefined;
  /** Of the window and the slice. */
  readonly figures: Figures;
  /** Name of the figure that is looked at, and the figure; `undefined` while it has no answer. */
  readonly figureName: string;
  readonly figure: FigureValue | undefined;
  /** Rows that `figures` stand on. */
  readonly scored: number;
  /** Predictions that those are of; `undefined` for a window, which knows only outcomes. */
  readonly predictions: number | undefined;
  readonly errors: Histogram | undefined;
  readonly arrivals: readonly ArrivalPoint[];
}

/**
 * Applies a choice. A model, window, slice or figure that the snapshot does not have (any more) is as if it had not
 * been picked: the controls show what is in its place.
 *
 * @returns `undefined` before there is a model
 */
export function choose({ models }: Snapshot, choice: Choice): Chosen | undefined {
  const model = models.find(({ model }) => model === choice.model) ?? models[0];
  if (model === undefined) return undefined;
  const slice = model.slices?.find((slice) => sliceKey(slice) === choice.slice);
  const part = slice ?? model;
  const window = part.windows?.find(({ window }) => window === choice.window);
  const { figures, errors } = window ?? part;
  const figureName =
    choice.figure !== undefined && Object.hasOwn(figures, choice.figure) ? choice.figure : mainFigure(model);
  return {
    models,
    model,
    window,
    slice,
    figures,
    figureName,
    figure: figures[figureName],
    scored: (window ?? slice ?? model.books).scored,
    predictions: window === undefined ? predictionsOf(model, slice) : undefined,
    errors,
    arrivals: part.arrivals ?? [],
  };
}

/** Accuracy of labels, mean absolute error of numbers. */
export function mainFigure({ task }: ModelSnapshot): string {
  return task === undefined || task === 'regression' ? 'mae' : 'accuracy';
}

/** Those that are or were to be scored: a repeated prediction gets no truth of its own. */
function predictionsOf({ books }: ModelSnapshot, slice: SliceSnapshot | undefined): number {
  return slice?.predictions ?? books.scored + books.pending + books.expired;
}
