import type { WindowSnapshot } from '../../wire/snapshot.ts';
import { countOf } from '../charts/numbers.ts';
import { shownName } from '../charts/names.ts';

/** A window as its setting names it, in words: `last-1000` is `last 1,000 rows`, `sliding-1h` `last hour`. */
export function windowName(window: string, locale: string | undefined): string {
  const { name } = wordsOf(window, locale);
  return name;
}

/** The same as part of a sentence: `over the last 1,000 rows`. */
export function overWindow({ window }: WindowSnapshot, locale: string | undefined): string {
  const { before, name } = wordsOf(window, locale);
  return `${before}${name}`;
}

interface WindowWords {
  readonly before: string;
  readonly name: string;
}

function wordsOf(window: string, locale: string | undefined): WindowWords {
  const [, kind, size, unit = ''] = /^(last|sliding|tumbling|faded)-(\d+)([smhdw]?)$/.exec(window) ?? [];
  const count = Number(size);
  if (kind === 'last' && unit === '')
    return { before: 'over the ', name: `last ${countOf(count, 'row', locale)}` };
  const length = UNITS[unit];
  if (kind === undefined || length === undefined) return { before: 'over ', name: shownName(window, 24) };
  const stretch = count === 1 ? length : countOf(count, length, locale);
  switch (kind) {
    case 'tumbling':
      return { before: 'in ', name: `${count === 1 ? 'this' : 'these'} ${stretch}` };
    case 'faded':
      return { before: '', name: `fading over ${countOf(count, length, locale)}` };
    default:
      return { before: 'over the ', name: `last ${stretch}` };
  }
}

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' };
