import type { PredictionRecord, TruthRecord, Value } from '../../src/wire/records.ts';

/** A prediction with what a test does not care about left at its default. */
export function prediction(
  id: string | number,
  value: PredictionRecord['value'],
  more: Partial<PredictionRecord> = {},
): PredictionRecord {
  return {
    id: JSON.stringify(id),
    timeMs: undefined,
    tags: undefined,
    weight: undefined,
    value,
    outputs: undefined,
    model: 'a',
    version: undefined,
    role: 'champion',
    proba: undefined,
    interval: undefined,
    ...more,
  };
}

/** A truth with what a test does not care about left at its default. */
export function truth(id: string | number, value: Value, more: Partial<TruthRecord> = {}): TruthRecord {
  return { id: JSON.stringify(id), timeMs: undefined, tags: undefined, weight: undefined, value, ...more };
}
