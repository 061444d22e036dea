import type { MarkSnapshot } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { type ChartLook, isNarrow } from './chart.ts';
import { shownName } from './names.ts';
import { countOf } from './numbers.ts';
import type { ErrorLimits } from './running-error-limits.ts';

/** Marks over a chart over time: versions are lines that go through, changes that a detector saw hang below their labels. */
export interface ShownMarks {
  /** The data set `marks`. */
  readonly rows: readonly object[];
  /** Pixels above the drawing that their labels take. */
  readonly topPx: number;
  readonly kinds: ReadonlySet<MarkSnapshot['kind']>;
}

/** A row of labels, and what a character of one takes at most. */
const ROW_PX = 18;
const CHARACTER_PX = 6.6;
/** What a chart that is as wide as its element has for its marks on the page of a desk, and what its axis takes of another. */
const PLOT_PX = 640;
const AXIS_PX = 80;
/** Changes without labels that are closer than this are one. */
const TRIANGLE_PX = 14;

/**
 * Versions in the first row of labels, changes in the one below; changes that stand within the width of a label are one, with
 * their number. Each goes with the marks to both sides that its label must not touch, so that one without room is left out
 * where the chart is drawn; in a narrow chart no change has a label.
 */
export function shownMarks(
  marks: readonly MarkSnapshot[],
  { fromMs, toMs }: ErrorLimits,
  { width }: ChartLook,
): ShownMarks {
  const inside = marks.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const kinds = new Set(inside.map(({ kind }) => kind));
  const changesAreNamed = width === 'container' || width >= 480;
  const rowOf = (kind: MarkSnapshot['kind']): number => (kind === 'change' && kinds.size > 1 ? ROW_PX : 0);
  const pxPerMs = (width === 'container' ? PLOT_PX : width - AXIS_PX) / Math.max(1, toMs - fromMs);
  const labelled = ({ kind, text }: MarkSnapshot, label = shownName(text, 22)) => {
    const shown = kind === 'version' || changesAreNamed ? label : '';
    return { kind, label: shown, widthPx: shown.length * CHARACTER_PX + 8, topPx: rowOf(kind) };
  };
  const all: (ReturnType<typeof labelled> & { readonly atMs: number })[] = [];
  let [place, together] = [-1, 0];
  for (const mark of inside) {
    const open = all[place];
    const reachPx = open && Math.max(open.widthPx, TRIANGLE_PX);
    if (mark.kind === 'version' || open === undefined || (mark.atMs - open.atMs) * pxPerMs >= reachPx!) {
      if (mark.kind === 'change') [place, together] = [all.length, 1];
      all.push({ atMs: mark.atMs, ...labelled(mark) });
    } else {
      together++;
      all[place] = { atMs: open.atMs, ...labelled(mark, `${together} changes`) };
    }
  }
  return {
    topPx: (kinds.size > 1 && changesAreNamed ? 2 : 1) * ROW_PX,
    kinds,
    rows: all.map((mark, i) => {
      // A change ends below the labels of versions, whose lines go through those of changes.
      const isBeside = ({ kind }: { kind: MarkSnapshot['kind'] }): boolean =>
        kind === 'version' || mark.kind === 'change';
      const before = all.slice(0, i).findLast(isBeside);
      const next = all.slice(i + 1).find(isBeside);
      return {
        ...mark,
        beforeMs: before?.atMs ?? null,
        beforePx: before?.kind === mark.kind ? before.widthPx : 0,
        nextMs: next?.atMs ?? null,
      };
    }),
  };
}

/** What is said of a change beside its label. */
const SEEN = 'change seen';

/** @param x the encoding that the drawing has along x @param legend how legends look */
export function markLayers({ kinds }: ShownMarks, x: object, legend: object, look: ChartLook): object[] {
  const { text, quiet } = PALETTES[look.theme];
  const unseen = { tooltip: null, aria: false };
  const of = (kind: MarkSnapshot['kind']) => ({
    data: { name: 'marks' },
    transform: [{ filter: `datum.kind === '${kind}'` }],
  });
  const label = {
    type: 'text',
    baseline: 'top',
    y: { expr: 'datum.topPx + 2' },
    align: { expr: `${IS_AT_EDGE} ? 'right' : 'left'` },
    dx: { expr: `${IS_AT_EDGE} ? -5 : 5` },
    ...unseen,
  };
  const named = {
    x,
    text: { condition: { test: HAS_ROOM, field: 'label', type: 'nominal' }, value: '' },
  };
  const rule = { type: 'rule', y2: { expr: 'height' }, clip: true, ...unseen };
  const versions = [
    {
      ...of('version'),
      mark: { ...rule, color: text, strokeDash: [2, 2], y: 4 },
      encoding: { x },
    },
    { ...of('version'), mark: label, encoding: named },
  ];
  const changes = [
    {
      ...of('change'),
      mark: { ...rule, color: quiet, strokeDash: [1, 4], y: { expr: 'datum.topPx + 4' } },
      encoding: { x },
    },
    {
      ...of('change'),
      transform: [...of('change').transform, { calculate: `'${SEEN}'`, as: 'seen' }],
      mark: {
        type: 'point',
        filled: true,
        opacity: 1,
        size: 42,
        color: quiet,
        y: { expr: 'height - 4' },
        ...unseen,
      },
      encoding: {
        x,
        shape: {
          field: 'seen',
          type: 'nominal',
          scale: { domain: [SEEN], range: ['triangle-up'] },
          legend: {
            ...legend,
            symbolType: 'triangle-up',
            symbolSize: 90,
            // Level with the other legends, whose symbols are taller.
            padding: isNarrow(look) ? 0 : 5,
            symbolFillColor: quiet,
            symbolStrokeWidth: 0,
          },
        },
      },
    },
    { ...of('change'), mark: { ...label, color: quiet }, encoding: named },
  ];
  return kinds.has('change') ? [...versions, ...changes] : versions;
}

/** A label goes to the right of its line, the last one to the left where it would leave the plot. */
const IS_AT_EDGE = "!isValid(datum.nextMs) && scale('x', datum.atMs) + datum.widthPx > width";
const HAS_ROOM_RIGHT =
  "!isValid(datum.nextMs) || scale('x', datum.nextMs) - scale('x', datum.atMs) > datum.widthPx";
const HAS_ROOM_LEFT =
  "scale('x', datum.atMs) - (isValid(datum.beforeMs) ? scale('x', datum.beforeMs) + datum.beforePx : 0) > datum.widthPx";
const HAS_ROOM = `${IS_AT_EDGE} ? ${HAS_ROOM_LEFT} : ${HAS_ROOM_RIGHT}`;

/** Two sentences at most: which version took over, and what was seen. */
export function marksText(marks: readonly MarkSnapshot[], locale: string | undefined): string {
  const of = (kind: MarkSnapshot['kind']) => marks.filter((mark) => mark.kind === kind);
  const lastOf = (some: readonly MarkSnapshot[]) => shownName(some.at(-1)?.text ?? '');
  const [versions, changes] = [of('version'), of('change')];
  const sentences = [
    versions.length === 0
      ? ''
      : ` ${countOf(versions.length, 'change', locale)} of version, the last: ${lastOf(versions)}.`,
    changes.length === 0
      ? ''
      : ` ${countOf(changes.length, 'change', locale)} seen by detectors, which promise nothing, the last: ${lastOf(changes)}.`,
  ];
  return sentences.join('');
}

/** The marks up to each point from the one before it, in words; what comes after the last point is with that. */
export function marksByPoint(
  marks: readonly MarkSnapshot[],
  points: readonly { readonly atMs: number }[],
): (string | undefined)[] {
  return points.map(({ atMs }, i) => {
    const fromMs = points[i - 1]?.atMs ?? -Infinity;
    const toMs = i === points.length - 1 ? Infinity : atMs;
    const here = marks.filter((mark) => mark.atMs > fromMs && mark.atMs <= toMs);
    return here.length === 0 ? undefined : here.map(({ text }) => text).join('; ');
  });
}
