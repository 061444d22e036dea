/**
 * Texts that come again and again (models, versions, labels, tags) as small numbers, so that an entry
 * stores a byte or two in their place. New words are stored in the transaction whose entries use them.
 */
export class Words {
  readonly #texts: string[] = [];
  readonly #codes = new Map<string, number>();
  #stored = 0;

  /** @param stored the words in order of their code */
  constructor(stored: Iterable<string> = []) {
    for (const text of stored) this.#add(text);
    this.#stored = this.#texts.length;
  }

  /** The code of a text, from 0; −1 where it is too long or the dictionary is full: then the text itself is stored. */
  code(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    if (text.length > WORD_LENGTH_MAX || this.#texts.length >= WORDS_MAX) return -1;
    return this.#add(text);
  }

  /** @throws {MissingWord} on a code that was never given, as far as is known here */
  text(code: number): string {
    const text = this.#texts[code];
    if (text === undefined) throw new MissingWord(`There is no word ${code}`);
    return text;
  }

  /** The words that are not stored yet, with the code of the first. */
  fresh(): { readonly first: number; readonly texts: readonly string[] } {
    return {
      first: this.#stored,
      texts: this.#stored === this.#texts.length ? NONE : this.#texts.slice(this.#stored),
    };
  }

  /** All words are stored now. */
  stored(): void {
    this.#stored = this.#texts.length;
  }

  /** So many words are stored. */
  get storedCount(): number {
    return this.#stored;
  }

  /** Others have stored these words behind the stored ones; what is not stored yet is forgotten. */
  load(texts: readonly string[]): void {
    for (const text of this.#texts.splice(this.#stored)) this.#codes.delete(text);
    for (const text of texts) this.#add(text);
    this.stored();
  }

  #add(text: string): number {
    const code = this.#texts.length;
    this.#texts.push(text);
    this.#codes.set(text, code);
    return code;
  }
}

/** A word that is stored, but not known here (yet). */
export class MissingWord extends RangeError {}

const NONE: readonly string[] = [];

/** So many words are kept at most, of so many characters at most. */
const WORDS_MAX = 50_000;
const WORD_LENGTH_MAX = 120;
