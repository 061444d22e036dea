import { loadBytes } from '../../../src/model/load.ts';
import { ModelLoadError } from '../../../src/model/load-error.ts';
import type { LoadedModel, Predictions } from '../../../src/model/predictor.ts';
import { numbersToTable } from '../../../src/model/table.ts';
import type { Original } from './fuzz-corpus.ts';
import { mutate } from './mutate.ts';

/** What became of a damaged file: not loaded, loaded and it predicts as before, or loaded and it predicts otherwise. */
export type Outcome = 'refused' | 'same' | 'other';

const CPU_MS_MAX = 1_000;
/** Wider than this the damage is in the width, and a table for it would cost more than the model. */
const WIDTH_MAX = 10_000;

/**
 * Damages a model file, loads it, and asks it about some rows.
 *
 * @throws when that takes more than a second of computing, or ends in anything but a ModelLoadError
 */
export function fuzzTrial(original: Original, seed: number): Outcome {
  const bytes = mutate(original.bytes, seed);
  const before = process.threadCpuUsage();
  const outcome = outcomeOf(original, bytes, seed);
  const { user, system } = process.threadCpuUsage(before);
  const ms = (user + system) / 1e3;
  if (ms > CPU_MS_MAX) throw new Error(`${original.name}, seed ${seed}: took ${Math.round(ms)} ms`);
  return outcome;
}

function outcomeOf(original: Original, bytes: Uint8Array, seed: number): Outcome {
  try {
    const model = loadBytes(bytes);
    const width = model.info.featureCount ?? original.table.width;
    if (width === original.table.width)
      return isSame(original, model, model.predict(original.table)) ? 'same' : 'other';
    if (width <= WIDTH_MAX) model.predict(numbersToTable(new Float64Array(3 * width).fill(0.5), width));
    return 'other';
  } catch (error) {
    if (error instanceof ModelLoadError) return 'refused';
    throw new Error(`${original.name}, seed ${seed}: ${String(error)}`, { cause: error });
  }
}

function isSame({ model, said }: Original, other: LoadedModel, found: Predictions): boolean {
  return (
    JSON.stringify(model.info.outputs) === JSON.stringify(other.info.outputs) &&
    areEqual(said.values, found.values) &&
    areEqual(said.probabilities ?? NOTHING, found.probabilities ?? NOTHING) &&
    said.refused.size === found.refused.size
  );
}

const NOTHING = new Float64Array();

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, at) => Object.is(value, b[at]));
}
