import { changeWatches } from './service/marks-setting.ts';
import { choice, integer, names, number, numbers, windows } from './service/setting.ts';
import { parseWindow } from './wire/window.ts';

/** The settings of `config.ts` that say which figures are kept, and how. */
export const FIGURE_SETTINGS = {
  windows: windows({
    fallback: [parseWindow('last-1000')!, parseWindow('sliding-1h')!],
    fallbackText: 'last-1000,sliding-1h',
    help: 'windows that have figures beside everything: last-N outcomes, sliding-T, tumbling-T or faded-T (half-life) of event time; none',
  }),
  slice: names({
    fallback: [],
    fallbackText: 'none',
    placeholder: 'TAG,…',
    help: 'tags whose values have figures of their own',
  }),
  slicesMax: integer({
    fallback: 200,
    min: 1,
    max: 5_000,
    help: 'values of a tag with figures of their own, at most; the others are one slice together',
  }),
  errorMax: number({
    fallback: undefined,
    min: Number.MIN_VALUE,
    max: 1e100,
    help: "declared bound of a regression's absolute error: larger ones are clipped to it, and the clipped means have intervals that are valid at any count",
  }),
  quantiles: numbers({
    fallback: [],
    fallbackText: 'none',
    min: 1e-6,
    max: 1 - 1e-6,
    help: 'quantiles that the model predicts, for their pinball loss (.1,.9)',
  }),
  threshold: number({
    fallback: undefined,
    min: 0,
    max: 1,
    help: 'probability from which on the positive one of two classes counts as predicted; without it the label as served',
  }),
  beta: number({
    fallback: undefined,
    min: 1e-3,
    max: 1e3,
    help: 'weight of recall against precision in f_beta; without it there is none',
  }),
  marks: changeWatches({
    fallback: 'adwin(loss)',
    help: 'change detectors whose findings are marks on charts, and promise nothing: adwin, page-hinkley, ddm, cusum or kswin on (loss), (prediction) or (feature:NAME), with parameters as in "adwin(loss, delta=0.01)"; none',
  }),
  intervals: choice(['empirical-bernstein', 'predictable-mixture', 'betting'], {
    fallback: 'empirical-bernstein',
    help: 'how report makes intervals of bounded means: the first covers the running mean whatever it does, the second a mean with weights of its own, the third a constant mean only',
  }),
} as const;
