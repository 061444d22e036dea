import type { Words } from './words/words.ts';

/** Text as it stands in HTML, in an element or an attribute. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Words with their emphasis, as on the page: a class says what each is. */
export function wordsHtml(words: Words): string {
  return words
    .map((word) =>
      typeof word === 'string' ? escaped(word) : `<span class="${word.is}">${escaped(word.text)}</span>`,
    )
    .join('');
}
