/**
 * Rows by their score: how many, the sum of their scores, and how many of them turned out positive, in 209 bins (eight for
 * each halving of the distance from 0 or 1, down to 2⁻¹³), those for which the positive class was served apart. All are whole
 * numbers, so any order of adding, taking out and merging makes the same; in one writer's share they may be below 0. Plain data.
 */
export interface ScoreCells {
  readonly rows: number[];
  /** In units of `SCORE_UNIT`. */
  readonly scores: number[];
  readonly positives: number[];
}

/** A row in a cell. */
export interface ScoredCell {
  /** Probability of the positive class, 0..1; kept to 2⁻²⁴. */
  readonly score: number;
  /** Whether the positive class was served. */
  readonly served: boolean;
  /** Whether it was the truth; false where nobody knows. */
  readonly positive: boolean;
}

/** The rows of one bin, whatever was served. */
export interface ScoreBin {
  readonly bin: number;
  /** Mean of their scores, 0..1. */
  readonly score: number;
  readonly rows: number;
  readonly positives: number;
}

/** The rows of one bin for which the same class was served. */
export interface ScoreCell extends ScoreBin {
  readonly served: boolean;
}

/** Nothing in it. */
export function emptyScoreCells(): ScoreCells {
  return { rows: zeros(), scores: zeros(), positives: zeros() };
}

/** @param sign 1 to add it, −1 to take it out. @throws {RangeError} on a score that is none */
export function putScore(state: ScoreCells, { score, served, positive }: ScoredCell, sign: 1 | -1): void {
  const cell = 2 * scoreBin(score) + (served ? 1 : 0);
  state.rows[cell]! += sign;
  state.scores[cell]! += sign * Math.round(score * SCORE_UNIT);
  if (positive) state.positives[cell]! += sign;
}

/** Adds all of `other`, which stays as it is. */
export function mergeScoreCells(state: ScoreCells, other: ScoreCells): void {
  for (let i = 0; i < CELLS; i++) {
    state.rows[i]! += other.rows[i]!;
    state.scores[i]! += other.scores[i]!;
    state.positives[i]! += other.positives[i]!;
  }
}

/** Cells that have rows, the lowest scores first. */
export function listScoreCells({ rows, scores, positives }: ScoreCells): ScoreCell[] {
  const found: ScoreCell[] = [];
  for (let i = 0; i < CELLS; i++) {
    if (rows[i]! <= 0) continue;
    const score = Math.min(1, Math.max(0, scores[i]! / SCORE_UNIT / rows[i]!));
    found.push({ bin: i >>> 1, score, served: i % 2 === 1, rows: rows[i]!, positives: positives[i]! });
  }
  return found;
}

/** The same of bins, whose rows tie in a ranking. @param cells the lowest scores first */
export function binsOfCells(cells: readonly ScoreCell[]): ScoreBin[] {
  const bins: ScoreBin[] = [];
  for (const { bin, score, rows, positives } of cells) {
    const last = bins.at(-1);
    if (last?.bin !== bin) {
      bins.push({ bin, score, rows, positives });
      continue;
    }
    const all = last.rows + rows;
    const mean = (last.score * last.rows + score * rows) / all;
    bins[bins.length - 1] = { bin, score: mean, rows: all, positives: last.positives + positives };
  }
  return bins;
}

/** The same as if the positive class had been served from a threshold on; a bin goes by its mean score. */
export function servedFrom(cells: readonly ScoreCell[], threshold: number): ScoreCell[] {
  return cells.map((cell) => ({ ...cell, served: cell.score >= threshold }));
}

/** What is not 0, as numbers to be stored. */
export function storedScoreCells({ rows, scores, positives }: ScoreCells): StoredScoreCells {
  return rows.flatMap((count, i) =>
    count === 0 && scores[i] === 0 && positives[i] === 0 ? [] : [[i, count, scores[i]!, positives[i]!]],
  );
}

/** The cells that `storedScoreCells` gave. @throws {RangeError} on what is none */
export function readScoreCells(stored: StoredScoreCells): ScoreCells {
  const made = emptyScoreCells();
  for (const [cell, rows, scores, positives] of stored) {
    if (!(cell >= 0 && cell < CELLS)) throw new RangeError(`Cannot read scores: there is no cell ${cell}`);
    [made.rows[cell], made.scores[cell], made.positives[cell]] = [rows, scores, positives];
  }
  return made;
}

/** What is stored of each cell that is not empty. */
export type StoredScoreCells = (readonly [cell: number, rows: number, scores: number, positives: number])[];

/** Which of the bins a score of 0..1 belongs to, the lowest scores first. @throws {RangeError} on a score that is none */
export function scoreBin(score: number): number {
  if (!(score >= 0 && score <= 1)) {
    throw new RangeError(`Cannot take a probability of ${score}: 0 to 1 is expected`);
  }
  return score < 0.5 ? sizeBin(score) : 2 * BIN_OF_HALF - sizeBin(1 - score);
}

/** Of a size of 0..½: eight bins up to 2⁻¹³, then eight for each doubling. */
function sizeBin(size: number): number {
  const whole = Math.floor(size * 2 ** 16);
  if (whole < 8) return whole;
  const exponent = 31 - Math.clz32(whole);
  return 8 * (exponent - 2) + (whole >>> (exponent - 3)) - 8;
}

const BIN_OF_HALF = 104;
const BINS = 2 * BIN_OF_HALF + 1;
const CELLS = 2 * BINS;

/** Sums stay exact up to half a billion rows in a cell. */
const SCORE_UNIT = 2 ** 24;

const ZEROS: readonly number[] = Array.from({ length: CELLS }, () => 0);

function zeros(): number[] {
  return ZEROS.slice();
}
