import { pictureLook, type ChartLook } from '../../src/plot/charts/chart.ts';

/** A name that is too long for its place, and hostile. */
export const LONG =
  'a-model-whose-name-was-made-from-all-its-parameters_lr=0.001_depth=12_<img src=x onerror=alert(1)>.pkl';

/** As in a file. */
export const LIGHT = pictureLook('light');
/** The same on a dark ground. */
export const DARK = pictureLook('dark');
/** As on a telephone. */
export const NARROW: ChartLook = { ...LIGHT, width: 340, height: 320 };
/** As the live page shows it: in a box of its own, that has the title. */
export const ON_PAGE: ChartLook = { ...LIGHT, width: 420, height: 220, standsAlone: false };
/** The same on a telephone. */
export const ON_NARROW_PAGE: ChartLook = { ...ON_PAGE, width: 308, height: 260 };
/** As long as nobody wants it. */
export const LONG_UNIT = 'a unit that is far too long for its place';
