import type { Histogram, HistoryPoint, ModelSnapshot, Snapshot } from '../../src/wire/snapshot.ts';

/** Seeded random numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Absolute errors as a linear model makes them: half a bell curve. */
export function someErrors(count: number, seed = 1, spread = 50): number[] {
  const next = random(seed);
  return Array.from({ length: count }, () =>
    Math.abs(spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())),
  );
}

/** Errors as metric sums them up: at most 60 bins, as wide as a power of two, that hold all but the largest 1 %. */
export function histogramOf(errors: readonly number[]): Histogram {
  const sorted = errors.toSorted((a, b) => a - b);
  const mostOf = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
  let width = 2 ** -30;
  while (width * 60 <= mostOf) width *= 2;
  const bins = sorted.map((error) => Math.floor(error / width));
  const above = bins.filter((bin) => bin >= 60).length;
  const counts = Array.from({ length: above > 0 ? 60 : (bins.at(-1) ?? 0) + 1 }, () => 0);
  for (const bin of bins) if (bin < 60) counts[bin] = (counts[bin] ?? 0) + 1;
  return { width, counts, above };
}

/** Mean, median and p95 as the snapshot names them. */
export function figuresOf(errors: readonly number[]): Record<string, { value: number }> {
  const sorted = errors.toSorted((a, b) => a - b);
  const quantile = (q: number) => {
    const at = q * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
    return { value: low + (high - low) * (at - Math.floor(at)) };
  };
  return {
    mae: { value: errors.reduce((sum, error) => sum + error, 0) / errors.length },
    median_absolute_error: quantile(0.5),
    p95_absolute_error: quantile(0.95),
  };
}

/** A history: the errors in so many equal parts, one part every `stepMs`. */
export function historyOf(errors: readonly number[], points: number, stepMs = 1_000): HistoryPoint[] {
  const size = errors.length / points;
  const mean = (part: readonly number[]) => part.reduce((sum, error) => sum + error, 0) / part.length;
  return Array.from({ length: points }, (_, i) => {
    const end = Math.round((i + 1) * size);
    return {
      atMs: Date.UTC(2026, 0, 5, 10) + i * stepMs,
      scored: end,
      mae: mean(errors.slice(0, end)),
      recentMae: mean(errors.slice(Math.round(i * size), end)),
    };
  });
}

/** A model of which so many predictions still wait. */
export function modelOf(
  errors: readonly number[],
  { model = 'diabetes_linear', pending = 0, points = 40 } = {},
): ModelSnapshot {
  const scored = errors.length;
  const none = { expired: 0, duplicate: 0, conflict: 0, unknown: 0, refused: 0 };
  return {
    model,
    role: 'champion',
    version: '3f9a1c20b7de',
    task: 'regression',
    books: { received: scored + pending, scored, pending, ...none },
    figures: scored === 0 ? {} : figuresOf(errors),
    errors: scored === 0 ? undefined : histogramOf(errors),
    history: scored === 0 ? [] : historyOf(errors, Math.min(points, scored)),
    labelLag: scored === 0 ? undefined : { median: 7_860, p95: 30_000 },
  };
}

/** A snapshot of these models. */
export function snapshotOf(models: readonly ModelSnapshot[], changes: Partial<Snapshot> = {}): Snapshot {
  const matched = models[0]?.books.scored ?? 0;
  return {
    kind: 'metric',
    schema: 1,
    publisher: 'metric-1',
    publishedAtMs: Date.UTC(2026, 0, 5, 11),
    sinceMs: matched === 0 ? undefined : Date.UTC(2026, 0, 5, 10),
    models,
    truths: {
      received: matched,
      matched,
      waiting: 0,
      orphan: 0,
      late: 0,
      revision: 0,
      duplicate: 0,
      unknown: 0,
      refused: 0,
    },
    deadLetters: {},
    rowsPerSecond: 412,
    logPath: 'logs/metric_log.csv',
    ...changes,
  };
}
