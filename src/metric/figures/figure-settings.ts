import type { ChangeWatch } from '../../wire/change-watch.ts';
import type { Window } from '../../wire/window.ts';

/** Which figures are kept beside those that always are. */
export interface FigureSettings {
  /** Windows that are kept beside everything. */
  readonly windows: readonly Window[];
  /** Tags whose values have figures of their own. */
  readonly slices: readonly string[];
  /** Values of one tag at most; all others are one slice together. */
  readonly slicesMax: number;
  /** The declared bound of a regression's absolute error: larger ones are clipped to it. */
  readonly errorMax: number | undefined;
  /** Quantiles for which the model is made, each 0..1, exclusive. */
  readonly pinball: readonly number[];
  /** The probability from which on the positive one of two classes counts as predicted; `undefined`: the label as served. */
  readonly threshold: number | undefined;
  /** How often recall counts for precision's once in `f_beta`; `undefined`: no such figure. */
  readonly beta: number | undefined;
  /** Where changes are looked for, to be marked. */
  readonly marks: readonly ChangeWatch[];
}

/** Outcomes of a model that the windows of last ones need; 0: there is none. */
export function lastMax({ windows }: FigureSettings): number {
  return windows.reduce((max, window) => (window.kind === 'last' ? Math.max(max, window.outcomes) : max), 0);
}

/** Nothing beside what is always kept. */
export const NO_FURTHER_FIGURES: FigureSettings = {
  windows: [],
  slices: [],
  slicesMax: 1,
  errorMax: undefined,
  pinball: [],
  threshold: undefined,
  beta: undefined,
  marks: [],
};

/** What the truths are said to be; `auto`: the first outcome tells. */
export const TASK_SETTINGS = ['auto', 'regression', 'classification'] as const;
export type TaskSetting = (typeof TASK_SETTINGS)[number];
