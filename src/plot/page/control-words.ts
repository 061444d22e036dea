import type { Choice } from '../choice.ts';
import type { Control } from '../words/controls.ts';
import { element } from './element.ts';

/**
 * The controls as words in a sentence: each a native list behind its word, so that keyboard, screen reader and
 * telephone know it. A list is only written anew when it changes: an open one stays open.
 *
 * @param pick told the value of the word that was changed, `undefined` for the first option
 */
export class ControlWords {
  readonly #form: HTMLElement;
  readonly #pick: (key: keyof Choice, value: string | undefined) => void;
  readonly #selects = new Map<keyof Choice, { readonly select: HTMLSelectElement; written: string }>();

  constructor(form: HTMLElement, pick: (key: keyof Choice, value: string | undefined) => void) {
    this.#form = form;
    this.#pick = pick;
    form.addEventListener('submit', (event) => event.preventDefault());
  }

  show(controls: readonly Control[]): void {
    for (const { key, label, picked, options } of controls) {
      const word = this.#selects.get(key) ?? this.#add(key, label);
      const written = JSON.stringify(options);
      if (written !== word.written) {
        word.select.replaceChildren(...options.map(({ value, text }) => element('option', { value }, text)));
        word.written = written;
      }
      if (word.select.value !== picked) word.select.value = picked;
      // Nothing to choose from is a word like any other.
      word.select.disabled = options.length < 2;
    }
  }

  #add(key: keyof Choice, label: string) {
    const select = element('select', { name: key });
    select.addEventListener('change', () => this.#pick(key, select.value === '' ? undefined : select.value));
    this.#form.append(element('label', {}, `${label} `, select));
    const word = { select, written: '' };
    this.#selects.set(key, word);
    return word;
  }
}
