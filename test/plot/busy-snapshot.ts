import type { HistoryPoint, ModelSnapshot, Snapshot } from '../../src/wire/snapshot.ts';
import { flights } from './flights.ts';

const FLIGHTS = flights();
const POINTS = 2_000;

/**
 * The flights as they would be after so many pushes: every number moves with each, histories have 2,000 points, and
 * histograms 60 bins.
 */
export function busySnapshot(number: number): Snapshot {
  return {
    ...FLIGHTS,
    publishedAtMs: FLIGHTS.publishedAtMs + number,
    models: FLIGHTS.models.map((model) => busyModel(model, number)),
    rowsPerSecond: 400 + (number % 50),
  };
}

function busyModel(model: ModelSnapshot, number: number): ModelSnapshot {
  const { books, errors, history } = model;
  const scored = books.scored + number;
  return {
    ...model,
    books: { ...books, scored, received: books.received + number },
    errors: errors && {
      ...errors,
      counts: errors.counts.map((count, i) => count + ((number * (i + 1)) % 97)),
    },
    history: Array.from({ length: POINTS }, (_, i) => busyPoint(history, i, number)),
    ...(model.maturity && {
      maturity: model.maturity.map((each) => ({ ...each, predictions: each.predictions + number })),
    }),
    ...(model.slices && {
      slices: model.slices.map((slice, i) => ({
        ...slice,
        scored: slice.scored + ((number * (i + 1)) % 89),
      })),
    }),
  };
}

/** A point of the real history, moved on by the number of the push. */
function busyPoint(history: readonly HistoryPoint[], i: number, number: number): HistoryPoint {
  const at = (i / POINTS) * (history.length - 1);
  const point = history[Math.floor(at)];
  if (point === undefined) throw new RangeError('the flights have a history');
  const shift = Math.sin((i + number) / 7) * 0.1;
  return {
    ...point,
    atMs: point.atMs + (at % 1) * 86_400_000 * 0.6 + number * 60_000,
    mae: point.mae + shift,
    ...(point.low !== undefined && { low: point.low + shift }),
    ...(point.high !== undefined && { high: point.high + shift }),
    ...(point.naiveMae !== undefined && { naiveMae: point.naiveMae + shift }),
  };
}
