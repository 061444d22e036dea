import { adwin } from '../stats/adwin.ts';
import type { Change, ChangeDetector } from '../stats/change-detector.ts';
import { cusum } from '../stats/cusum.ts';
import { ddm } from '../stats/ddm.ts';
import { VALUE_MAX } from '../stats/outcome-limits.ts';
import { kswin } from '../stats/kswin.ts';
import { pageHinkley } from '../stats/page-hinkley.ts';
import type { MarkSnapshot } from './snapshot.ts';

/** A change detector and the stream of numbers it runs on. What it sees is a mark on charts and promises nothing. */
export interface ChangeWatch {
  /** As it is written, without spaces that mean nothing: two of one text are one. */
  readonly text: string;
  readonly name: DetectorName;
  readonly detector: ChangeDetector<unknown>;
  readonly on: Watched;
}

/** Loss and prediction are metric's, in the order of outcomes; features are seen by the model stage alone. */
export type Watched =
  | { readonly kind: 'loss' | 'prediction' }
  | { readonly kind: 'feature'; readonly feature: string };

/** As settings and snapshots call them. */
export const DETECTOR_NAMES = ['adwin', 'page-hinkley', 'ddm', 'cusum', 'kswin'] as const;
/** One of `DETECTOR_NAMES`. */
export type DetectorName = (typeof DETECTOR_NAMES)[number];

/** Marks of each watch that are kept at most, the last ones. */
export const CHANGES_MAX = 20;

/**
 * Reads `adwin(loss)`, `page-hinkley(prediction, sides=rise)` or `kswin(feature:age)`.
 *
 * @throws {RangeError} where it is none, with what was found and what was expected
 */
export function parseChangeWatch(text: string): ChangeWatch {
  const found = `found "${text.trim()}"`;
  const [, word, inner] = /^\s*([^\s()]*)\s*\((.*)\)\s*$/s.exec(text) ?? [];
  if (inner === undefined) throw new RangeError(`${found}, expected DETECTOR(WHAT) such as adwin(loss)`);
  const name = DETECTOR_NAMES.find((known) => known === word);
  if (name === undefined) {
    throw new RangeError(`${found}, expected a detector that is one of ${DETECTOR_NAMES.join(', ')}`);
  }
  const [, what = '', further = ''] = /^\s*(.*?)\s*((?:,\s*[^\s,=]+\s*=[^,=]*)*)$/s.exec(inner) ?? [];
  const on = watchedOf(what);
  if (on === undefined || (name === 'ddm' && on.kind !== 'loss')) {
    const expected = name === 'ddm' ? 'ddm(loss): it looks at errors' : `${name}(${WATCHED})`;
    throw new RangeError(`${found}, expected ${expected}`);
  }
  const { make, parameters } = DETECTORS[name];
  const given = further.split(',').slice(1).map(trimmedPair);
  const options: Record<string, number | string> = {};
  for (const [parameter, value] of given) {
    const known = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined;
    const read = known?.read(value);
    if (read === undefined) throw new RangeError(`${found}, expected ${parametersText(name)}`);
    options[camelCase(parameter)] = read;
  }
  const canonical = [what, ...given.map((pair) => pair.join('='))].join(',');
  try {
    return { text: `${name}(${canonical})`, name, detector: make(options as never), on };
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${found}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** How far a watch has come on one stream, and what it has marked there, oldest first. Plain data. */
export interface WatchState<M> {
  readonly state: unknown;
  readonly marks: M[];
}

/** Before the first observation. */
export function emptyWatch<M>({ detector }: ChangeWatch): WatchState<M> {
  return { state: detector.empty(), marks: [] };
}

/** Takes the next observation, and says what is seen at it; what is no number from −1e100 to 1e100 is left out. */
export function observe<M>(
  { detector }: ChangeWatch,
  { state }: WatchState<M>,
  observation: number,
): Change | undefined {
  return Math.abs(observation) <= VALUE_MAX ? detector.add(state, observation) : undefined;
}

/** The first `count` observations, as `observe` takes them one by one; `seen` is told of each change and at which it is seen. */
export function observeAll<M>(
  watch: ChangeWatch,
  watched: WatchState<M>,
  observations: Float64Array,
  options: { readonly count: number; readonly seen: (index: number, change: Change) => void },
): void {
  const { count, seen } = options;
  const { detector } = watch;
  if (detector.addAll !== undefined && areWithin(observations, count)) {
    detector.addAll(watched.state, observations, count, seen);
    return;
  }
  for (let i = 0; i < count; i++) {
    const change = observe(watch, watched, observations[i]!);
    if (change !== undefined) seen(i, change);
  }
}

function areWithin(observations: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (!(Math.abs(observations[i]!) <= VALUE_MAX)) return false;
  return true;
}

/** Keeps a mark among the last twenty. */
export function keepMark<M>({ marks }: WatchState<M>, mark: M): void {
  marks.push(mark);
  if (marks.length > CHANGES_MAX) marks.shift();
}

/** What is marked where a watch has seen a change. */
export function changeMark(
  { name, detector, on }: ChangeWatch,
  change: Change,
  atMs: number,
): MarkSnapshot & Required<Pick<MarkSnapshot, 'change'>> {
  const what = on.kind === 'feature' ? on.feature : on.kind;
  return {
    atMs,
    kind: 'change',
    text: `${detector.name}: ${what} ${VERBS[change]}`,
    change: {
      detector: name,
      on: on.kind,
      ...(on.kind === 'feature' && { feature: on.feature }),
      ...(change !== 'difference' && { direction: change }),
    },
  };
}

const VERBS: Readonly<Record<Change, string>> = { rise: 'rose', fall: 'fell', difference: 'changed' };
const FEATURE = 'feature:';
const WATCHED = `loss, prediction or ${FEATURE}NAME`;

function watchedOf(text: string): Watched | undefined {
  if (text === 'loss' || text === 'prediction') return { kind: text };
  const feature = text.startsWith(FEATURE) ? text.slice(FEATURE.length) : '';
  return feature === '' ? undefined : { kind: 'feature', feature };
}

/** A parameter of a detector: what it may be, and its value or `undefined`. */
interface Parameter {
  readonly range: string;
  readonly read: (text: string) => number | string | undefined;
}

/** From `least` to `most`, both included. */
function number(least: number, most: number): Parameter {
  const read = (text: string): number | undefined => {
    const value = text === '' ? Number.NaN : Number(text);
    return value >= least && value <= most ? value : undefined;
  };
  return { range: `${least} to ${most}`, read };
}

function whole(least: number, most: number): Parameter {
  const { range, read } = number(least, most);
  return { range, read: (text) => (Number.isInteger(Number(text)) ? read(text) : undefined) };
}

function word(...words: readonly string[]): Parameter {
  return { range: words.join(' or '), read: (text) => words.find((known) => known === text) };
}

const LEVEL = number(1e-12, 0.5);
const SIZE = number(1e-100, 1e100);
const COUNT = whole(1, 1_000_000);
/** Of a window that is kept value by value. */
const KEPT = whole(2, 10_000);

const DETECTORS: Readonly<
  Record<
    DetectorName,
    {
      readonly make: (options: never) => ChangeDetector<unknown>;
      /** By their names, which are those of the options, with hyphens. */
      readonly parameters: Readonly<Record<string, Parameter>>;
    }
  >
> = {
  adwin: {
    make: (options: Partial<Parameters<typeof adwin>[0]>) => adwin({ afterChange: 'keep', ...options }),
    parameters: { delta: LEVEL, clock: COUNT, 'after-change': word('keep', 'drop') },
  },
  'page-hinkley': {
    make: (options: Partial<Parameters<typeof pageHinkley>[0]>) => pageHinkley({ sides: 'both', ...options }),
    parameters: {
      sides: word('both', 'rise'),
      tolerance: number(0, 1e100),
      threshold: SIZE,
      fading: number(0, 1),
      'count-min': COUNT,
    },
  },
  ddm: { make: ddm, parameters: { 'warm-up': COUNT, deviations: SIZE } },
  cusum: {
    make: cusum,
    parameters: { 'warm-up': whole(2, 1_000_000), slack: number(0, 1e100), threshold: SIZE },
  },
  kswin: { make: kswin, parameters: { alpha: LEVEL, 'window-count': KEPT, 'young-count': KEPT } },
};

function parametersText(name: DetectorName): string {
  const all = Object.entries(DETECTORS[name].parameters);
  return `of ${name} nothing but ${all.map(([parameter, { range }]) => `${parameter}=(${range})`).join(', ')}`;
}

function trimmedPair(text: string): [parameter: string, value: string] {
  const [parameter = '', value = ''] = text.split('=').map((part) => part.trim());
  return [parameter, value];
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
