import { type ChangeWatch, DETECTOR_NAMES, parseChangeWatch } from '../wire/change-watch.ts';
import type { Setting } from './setting.ts';

/** Change detectors, separated by commas; `none`, or nothing, for no detector. */
export function changeWatches(s: {
  readonly help: string;
  /** As it is written. */
  readonly fallback: string;
}): Setting<readonly ChangeWatch[]> {
  return {
    help: s.help,
    placeholder: 'DETECTOR(WHAT),…',
    expected: `${DETECTOR_NAMES.join(', ')} with (loss), (prediction) or (feature:NAME) behind, several separated by commas, at most ${WATCHES_MAX}, or none`,
    fallback: watchesIn([s.fallback]),
    fallbackText: s.fallback,
    repeats: true,
    parse(texts) {
      const watches = watchesIn(texts);
      return watches.length > WATCHES_MAX ? undefined : watches;
    },
  };
}

/** Each has a state, and marks of its own. */
const WATCHES_MAX = 50;

function watchesIn(texts: readonly string[]): ChangeWatch[] {
  const parts = texts.flatMap(outerParts);
  if (parts.length === 1 && (parts[0] === '' || parts[0] === 'none')) return [];
  const byText = new Map(parts.map(parseChangeWatch).map((watch) => [watch.text, watch]));
  return [...byText.values()];
}

/** What stands between commas outside of parentheses. */
function outerParts(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
