import { type Books, predictionImbalance, truthImbalance } from '../ledger/books.ts';
import type { Entry } from '../ledger/entry.ts';

/** Counts entries again, to compare with the books. */
export class Tally {
  ids = 0;
  #waiting = 0;
  #matched = 0;
  readonly #models = new Map<string, { pending: number; scored: number; expired: number }>();
  readonly #problems: string[] = [];

  /** Something that is wrong with an entry; of many the first are kept. */
  problem(found: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(found);
  }

  /** Takes in an entry. */
  add({ token, truth, predictions }: Entry): void {
    this.ids++;
    if (truth?.state === 'waiting') this.#waiting++;
    if (truth?.state === 'matched') this.#matched++;
    for (const { model, state, outcomes } of predictions) {
      let counts = this.#models.get(model);
      if (counts === undefined) this.#models.set(model, (counts = { pending: 0, scored: 0, expired: 0 }));
      counts[state]++;
      if ((state === 'scored') !== outcomes.length > 0 || (state === 'scored' && truth === undefined))
        this.problem(`The entry of ${token} is ${state}, and has ${outcomes.length} outcomes.`);
    }
  }

  /**
   * What is wrong, in whole sentences: the entries, and where the books are out of balance or count what is not there. What was
   * scored, expired or matched may be forgotten by now, so of these the books have as many or more.
   */
  problems(books: Books): string[] {
    const found = [...this.#problems];
    const { truths } = books;
    if (truthImbalance(truths) !== 0)
      found.push(`The books of truths are out of balance by ${truthImbalance(truths)}.`);
    if (truths.waiting !== this.#waiting)
      found.push(`${this.#waiting} truths wait, the books say ${truths.waiting}.`);
    if (truths.matched < this.#matched)
      found.push(`${this.#matched} truths are matched, the books say ${truths.matched}.`);
    const named = new Set(books.models.map(({ model }) => model));
    for (const model of this.#models.keys())
      if (!named.has(model)) found.push(`There are predictions of the model "${model}", and no books of it.`);
    for (const { model, counts } of books.models) {
      if (predictionImbalance(counts) !== 0)
        found.push(`The books of the model "${model}" are out of balance by ${predictionImbalance(counts)}.`);
      const { pending, scored, expired } = this.#models.get(model) ?? NONE;
      if (counts.pending !== pending)
        found.push(
          `${pending} predictions of the model "${model}" are pending, the books say ${counts.pending}.`,
        );
      if (counts.scored < scored)
        found.push(
          `${scored} predictions of the model "${model}" are scored, the books say ${counts.scored}.`,
        );
      if (counts.expired < expired)
        found.push(
          `${expired} predictions of the model "${model}" are expired, the books say ${counts.expired}.`,
        );
    }
    return found;
  }
}

const PROBLEMS_MAX = 20;

const NONE = { pending: 0, scored: 0, expired: 0 };
