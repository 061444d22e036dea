import type { AlarmSnapshot, Snapshot } from '../../wire/snapshot.ts';
import { countOf, formatCount, formatFigure } from '../charts/numbers.ts';
import { shownName } from '../charts/names.ts';
import { figureMeaning } from '../../wire/figure-meaning.ts';
import { type Writing, figureText, joined } from './figure-text.ts';
import { TIED } from './words.ts';

/** What the place of the alarms says: nothing where none are kept. */
export interface AlarmWords {
  readonly isRaised: boolean;
  readonly title: string;
  readonly lines: readonly string[];
  /** On demand: the whole sentence of each that stands, with what it promises. */
  readonly details: readonly string[];
}

/** Alarms shown at once; a further line counts the others. */
const SHOWN_MAX = 2;

/** The alarms that stand, those over all rows first, and what each stands on. */
export function alarmWords({ alarms }: Snapshot, writing: Writing): AlarmWords | undefined {
  if (alarms === undefined) return undefined;
  const { locale } = writing;
  const standing = alarms
    .filter(({ state }) => state !== 'resolved')
    .sort((a, b) => Number(a.slice !== undefined) - Number(b.slice !== undefined));
  const [first] = standing;
  if (first === undefined) return quiet(alarms, locale);
  const since = Math.min(...standing.map(({ raisedAtMs }) => raisedAtMs));
  const more = standing.length - SHOWN_MAX;
  return {
    isRaised: true,
    title: `${countOf(standing.length, 'alarm', locale)} · since ${day(since, locale)}`,
    lines: [
      ...standing.slice(0, SHOWN_MAX).map((alarm) => inShort(alarm, writing)),
      ...(more > 0
        ? [`and ${formatCount(more, locale)} more`]
        : standing.length > 1
          ? []
          : [promise(first, locale)]),
    ],
    details: standing.map(({ text }) => shownName(text, 400)),
  };
}

/** `Mean absolute error where origin is JFK: 28.1 min, above 15.0` */
function inShort({ figure, slice, value, reference }: AlarmSnapshot, writing: Writing): string {
  const { title, better } = figureMeaning(figure);
  const text = (of: number): string => joined(figureText(figure, { value: of }, writing));
  const isBelow = better === undefined ? reference < 0 : better === 'high';
  const of = `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
  const where =
    slice === undefined ? '' : ` where ${shownName(slice.tag, 24)} is ${shownName(slice.value, 32)}`;
  const now = value === undefined ? ' ' : `: ${text(value)}, `;
  return `${of}${where}${now}${isBelow ? 'below' : 'above'} ${text(reference)}`;
}

function quiet(alarms: readonly AlarmSnapshot[], locale: string | undefined): AlarmWords {
  const [last] = alarms;
  return {
    isRaised: false,
    title: 'No alarm stands',
    lines: last === undefined ? [] : [`The last one was over on ${day(last.changedAtMs, locale)}.`],
    details: [],
  };
}

/** What the alarm stands on, and how seldom it is false. */
export function promise({ evidence, promise, alpha }: AlarmSnapshot, locale: string | undefined): string {
  const odds = evidence >= 1 ? `Evidence ${formatFigure(evidence, locale)}${TIED}:${TIED}1 · ` : '';
  const share = formatFigure(alpha * 100, locale);
  return promise === 'life'
    ? `${odds}false alarms over its life: at most ${share}${TIED}%`
    : `${odds}false alarms: at most one in ${formatCount(1 / alpha, locale)} outcomes`;
}

function day(ms: number, locale: string | undefined): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' }).format(ms).replaceAll(' ', TIED);
}
