/**
 * Things that begin in order and end in any order: `reached` hears of each once it and everything before it
 * has ended.
 */
export class InOrder<T> {
  readonly #open: { readonly value: T; ended: boolean }[] = [];
  #head = 0;
  readonly #reached: (value: T) => void;

  constructor(reached: (value: T) => void) {
    this.#reached = reached;
  }

  /** Begins one; call what it returns when it has ended. */
  begin(value: T): () => void {
    const item = { value, ended: false };
    this.#open.push(item);
    return () => {
      item.ended = true;
      this.#advance();
    };
  }

  #advance(): void {
    for (let item = this.#open[this.#head]; item?.ended; item = this.#open[this.#head]) {
      this.#head += 1;
      this.#reached(item.value);
    }
    if (this.#head < SPLICE_MIN || this.#head * 2 < this.#open.length) return;
    this.#open.splice(0, this.#head);
    this.#head = 0;
  }
}

/** What was reached is removed from the list once it is at least so many, and half of it. */
const SPLICE_MIN = 64;
