/** A value may be nested so deep; what is deeper is refused. */
export const DEPTH_MAX = 64;

/** What is not JSON, and where: the index of the character in the text. */
export class JsonError extends Error {
  readonly code: 'not-json' | 'too-deep';
  readonly at: number;

  constructor(code: 'not-json' | 'too-deep', at: number, message: string) {
    super(message);
    this.name = 'JsonError';
    this.code = code;
    this.at = at;
  }
}

/**
 * Reads JSON where the native parser does not do: Python's bare `NaN`, `Infinity` and `-Infinity` come as
 * those numbers, errors say where and what was expected, and the token of a record's `id` is kept.
 *
 * Apart from those three words it takes exactly what `JSON.parse` takes, and gives the same values.
 */
export class JsonReader {
  readonly text: string;
  /** Index of the next character. */
  at: number;
  /** Token of the member `id` of the object that `record` read last; the last one where the key comes twice. */
  idToken: string | undefined;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /**
   * Reads a value and the token of its member `id`, if it is an object that has one.
   *
   * @throws {JsonError}
   */
  record(): unknown {
    this.idToken = undefined;
    this.skipSpace();
    return this.text.charCodeAt(this.at) === OPEN_OBJECT ? this.#object(1, true) : this.#value(1);
  }

  /** Moves to the next character that is not white space. */
  skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  /** What is wrong at this place. */
  error(expected: string, at = this.at): JsonError {
    const found =
      at >= this.text.length ? 'the end' : JSON.stringify(this.text.slice(at, at + 12).toWellFormed());
    return new JsonError('not-json', at, `not JSON: found ${found} at character ${at}, expected ${expected}`);
  }

  #value(depth: number): unknown {
    this.skipSpace();
    const code = this.text.charCodeAt(this.at);
    if (code === QUOTE) return this.#string();
    if (code === OPEN_OBJECT) return this.#object(depth, false);
    if (code === OPEN_ARRAY) return this.#array(depth);
    if (code === MINUS || isDigit(code)) return this.#number();
    for (const [word, value] of WORDS)
      if (this.text.startsWith(word, this.at)) return this.#word(word, value);
    throw this.error('a value');
  }

  #object(depth: number, isRecord: boolean): Record<string, unknown> {
    this.#enter(depth);
    const object: Record<string, unknown> = {};
    this.skipSpace();
    if (this.#take(CLOSE_OBJECT)) return object;
    do {
      this.skipSpace();
      if (this.text.charCodeAt(this.at) !== QUOTE) throw this.error('a name in quotes');
      const key = this.#string();
      this.skipSpace();
      if (!this.#take(COLON)) throw this.error('":"');
      this.skipSpace();
      const start = this.at;
      setOwn(object, key, this.#value(depth + 1));
      if (isRecord && key === 'id') this.idToken = ownText(this.text.slice(start, this.at));
      this.skipSpace();
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_OBJECT)) throw this.error('"," or "}"');
    return object;
  }

  #array(depth: number): unknown[] {
    this.#enter(depth);
    const array: unknown[] = [];
    this.skipSpace();
    if (this.#take(CLOSE_ARRAY)) return array;
    do {
      array.push(this.#value(depth + 1));
      this.skipSpace();
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_ARRAY)) throw this.error('"," or "]"');
    return array;
  }

  #enter(depth: number): void {
    if (depth > DEPTH_MAX) {
      const message = `too deep: found more than ${DEPTH_MAX} arrays and objects in each other at character ${this.at}`;
      throw new JsonError('too-deep', this.at, message);
    }
    this.at++;
  }

  #take(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  #string(): string {
    const start = this.at;
    let escaped = false;
    for (let at = start + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return escaped ? this.#unescape(start) : ownText(this.text.slice(start + 1, at));
      }
      if (code === BACKSLASH) {
        escaped = true;
        at++;
      } else if (code < SPACE) throw this.error('a control character as an escape', at);
    }
    throw this.error('the closing quote', this.text.length);
  }

  /** The native parser knows every escape; a string that it refuses has a wrong one. */
  #unescape(start: number): string {
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      throw this.error('text with valid escapes', start);
    }
  }

  #number(): number {
    NUMBER.lastIndex = this.at;
    if (this.text.startsWith('-Infinity', this.at)) return this.#word('-Infinity', -Infinity);
    if (!NUMBER.test(this.text)) throw this.error('a number');
    const token = this.text.slice(this.at, NUMBER.lastIndex);
    this.at = NUMBER.lastIndex;
    return Number(token);
  }

  #word<T>(word: string, value: T): T {
    this.at += word.length;
    return value;
  }
}

/**
 * A copy that keeps nothing else alive: V8 makes a part of a string a view, and an id that is kept for weeks
 * would keep the whole message it came in. Up to 12 characters are always copied.
 */
export function ownText(part: string): string {
  return part.length <= 12 ? part : ` ${part}`.slice(1);
}

/** What JSON allows between tokens. */
export function isSpace(code: number): boolean {
  return code === SPACE || code === 10 || code === 13 || code === 9;
}

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const WORDS = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
] as const;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** As `JSON.parse` does: a member named `__proto__` is a member, not the prototype. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else object[key] = value;
}
