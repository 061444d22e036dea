/**
 * A name from a message as a chart may show it: without control characters (XML has no place for them) and
 * what turns the direction of text (joiners stay: emoji and some scripts need them), on one line, with its middle left out where it is too long.
 *
 * @param lengthMax characters, at least 3
 */
export function shownName(name: string, lengthMax = 48): string {
  const clean = name
    .toWellFormed()
    .replaceAll(/(?:(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFE\uFFFF])+/gu, ' ')
    .trim();
  // By what a reader takes for a character, so that no accent or emoji is cut apart.
  const characters = Array.from(new Intl.Segmenter().segment(clean), ({ segment }) => segment);
  if (characters.length <= lengthMax) return clean;
  const head = Math.ceil((lengthMax - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (lengthMax - 1 - head)).join('')}`;
}

/** The same of several at once: those that would look alike are numbered, at their beginning, which nothing cuts off. */
export function distinctNames(names: readonly string[], lengthMax: number): string[] {
  const shown = names.map((name) => shownName(name, lengthMax));
  return shown.map((name, i) => {
    const isAlike = (other: string) => other === name;
    if (shown.filter(isAlike).length === 1) return name;
    return `${shown.slice(0, i + 1).filter(isAlike).length} · ${name}`;
  });
}

/** `absolute error, min`, or without a unit `absolute error`. */
export function withUnits(what: string, units: string | undefined): string {
  return units === undefined || units.trim() === '' ? what : `${what}, ${shownName(units, 16)}`;
}
