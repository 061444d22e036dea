import { type ServedScore, servedScore } from '../../stats/class-score.ts';
import {
  type ScoreCells,
  type StoredScoreCells,
  emptyScoreCells,
  mergeScoreCells,
  putScore,
  readScoreCells,
  storedScoreCells,
} from '../../stats/score-cells.ts';
import type { PredictionSlot } from './entry.ts';

/** The two classes that scores are of. */
export type Classes = Pick<ServedScore, 'positive' | 'negative'>;

/**
 * The scores of a model's predictions that wait for their truth, of which figures are estimated before it comes. In whole
 * numbers, written as JSON with every commit.
 */
export class PendingScores {
  #byClasses: { readonly classes: Classes; readonly cells: ScoreCells }[] = [];

  /** A prediction begins (1) or ends (−1) to wait. Nothing happens without probabilities of two classes or more. */
  add({ value, proba }: Pick<PredictionSlot, 'value' | 'proba'>, sign: 1 | -1): void {
    if (proba === undefined) return;
    const found = servedScore(String(value), proba);
    if (found === undefined) return;
    const cells = this.#cells(found);
    if (cells !== undefined) putScore(cells, { ...found, positive: false }, sign);
  }

  /** Those of these two classes; `undefined`: there are none. Read, do not keep. */
  of({ positive, negative }: Classes): ScoreCells | undefined {
    return this.#byClasses.find(
      ({ classes }) => classes.positive === positive && classes.negative === negative,
    )?.cells;
  }

  /** The classes that came first. */
  get classes(): Classes | undefined {
    return this.#byClasses[0]?.classes;
  }

  /** Adds all of `other`, which stays as it is. */
  merge(other: PendingScores): void {
    for (const { classes, cells } of other.#byClasses) {
      const own = this.#cells(classes);
      if (own !== undefined) mergeScoreCells(own, cells);
    }
  }

  toJSON(): StoredPendingScores {
    return this.#byClasses.map(({ classes: { positive, negative }, cells }) => ({
      positive,
      negative,
      cells: storedScoreCells(cells),
    }));
  }

  /** The scores that `toJSON` gave; none where a file has none. */
  static from(stored: StoredPendingScores | undefined): PendingScores {
    const made = new PendingScores();
    made.#byClasses = (stored ?? []).map(({ positive, negative, cells }) => ({
      classes: { positive, negative },
      cells: readScoreCells(cells),
    }));
    return made;
  }

  #cells({ positive, negative }: Classes): ScoreCells | undefined {
    const known = this.of({ positive, negative });
    if (known !== undefined || this.#byClasses.length >= CLASSES_MAX) return known;
    const cells = emptyScoreCells();
    this.#byClasses.push({ classes: { positive, negative }, cells });
    return cells;
  }
}

/** The JSON of `PendingScores`. */
export type StoredPendingScores = readonly (Classes & { readonly cells: StoredScoreCells })[];

/** Who changes the names of both classes again and again has no estimate. */
const CLASSES_MAX = 8;
