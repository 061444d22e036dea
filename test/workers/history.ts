import type { PredictionRecord, TruthRecord } from '../../src/wire/records.ts';
import { prediction, truth } from '../metric/records.ts';
import { Moments } from '../chaos/moments.ts';

/** What is sent at once, in any order, to be acknowledged before anything of the next phase is sent. */
export interface Phase {
  readonly predictions: readonly PredictionRecord[];
  readonly truths: readonly TruthRecord[];
}

/** How long a prediction of a history waits for its truth. */
export const HORIZON_MS = 600_000;

/**
 * Rows with all that can happen to one: most come with their truth; some twice, some with a second prediction that conflicts, some
 * with a truth that is revised (also by an older version that comes late), some with a truth past the horizon, some without
 * one, some without a prediction. Each record carries its time, so what becomes of it does not depend on who takes it when.
 *
 * @param endMs time of the last prediction, by which the ids are in order
 */
export function history({
  rows,
  seed,
  endMs,
}: {
  readonly rows: number;
  readonly seed: number;
  readonly endMs: number;
}): Phase[] {
  const random = new Moments(seed);
  const first: Mutable = { predictions: [], truths: [] };
  const second: Mutable = { predictions: [], truths: [] };
  for (let row = 0; row < rows; row++) {
    const id = `row-${row}`;
    const timeMs = endMs - (rows - row) * 5;
    const [value, happened] = [random.next() * 100, random.next() * 100];
    const model = random.next() < 0.2 ? 'b' : 'a';
    const tags = { site: random.of(['north', 'south', 'east']) };
    const said = prediction(id, value, {
      timeMs,
      model,
      tags,
      role: model === 'b' ? 'challenger' : 'champion',
    });
    const known = truth(id, happened, { timeMs: timeMs + Math.floor(random.next() * HORIZON_MS) });
    const kind = random.next();
    if (kind >= 0.02) first.predictions.push(said);
    if (kind < 0.02 || kind >= 0.06) first.truths.push(known);
    if (kind < 0.04) continue;
    const laterMs = (known.timeMs ?? 0) + 1_000;
    if (kind < 0.06) second.truths.push({ ...known, timeMs: timeMs + HORIZON_MS + 1 });
    else if (kind < 0.1) first.predictions.push(said);
    else if (kind < 0.14) second.predictions.push(said, { ...said, value: value + 1 });
    else if (kind < 0.18) second.truths.push(known, { ...known, value: happened + 1, timeMs: laterMs });
    else if (kind < 0.2) {
      second.truths.push({ ...known, value: happened + 1, timeMs: laterMs });
      second.truths.push({ ...known, value: happened + 2, timeMs: laterMs + 1_000 });
      second.truths.push({ ...known, value: happened + 3, timeMs: laterMs - 2_000 });
    }
  }
  return [first, second].map(({ predictions, truths }) => ({
    predictions: random.shuffled(predictions),
    truths: random.shuffled(truths),
  }));
}

interface Mutable {
  readonly predictions: PredictionRecord[];
  readonly truths: TruthRecord[];
}
