import type { Words } from '../words/words.ts';

/**
 * An element with attributes and what is in it. Text is always text: what came in a message is never HTML.
 *
 * @param attributes `undefined` leaves one out
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** The element of the page with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`Cannot find #${id} in the page`);
  return found;
}

/** Puts children in the place of what was there, unless they look the same: a selection in the text survives. */
export function fill(parent: Element, ...children: readonly (Node | string)[]): void {
  const next = element('div', {}, ...children);
  if (next.innerHTML !== parent.innerHTML) parent.replaceChildren(...next.childNodes);
}

/** Words as nodes: each piece with a class that says what it is. */
export function nodesOf(words: Words): (Node | string)[] {
  return words.map((word) =>
    typeof word === 'string' ? word : element('span', { class: word.is }, word.text),
  );
}
