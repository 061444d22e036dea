import { ModelLoadError } from '../../load-error.ts';
import { Budget } from '../budget.ts';
import type { ParsedContent, Served } from '../served.ts';
import { serveStep } from '../sklearn.ts';
import { readLightgbm, type LightgbmModel } from './model.ts';
import { bareUse, boosterStep } from './step.ts';

/**
 * Reads a text model that LightGBM wrote, having built it once to see that it can be.
 *
 * @throws {ModelLoadError}
 */
export function parseLightgbm(bytes: Uint8Array): ParsedContent {
  const model = readLightgbm(bytes, new Budget(bytes.length));
  const parsed: ParsedContent = { library: 'LightGBM', unpackedBytes: bytes.length, content: model };
  buildLightgbm(parsed);
  return parsed;
}

/** Builds the model from what `parseLightgbm` gave. */
export function buildLightgbm(parsed: ParsedContent): Served {
  const model = parsed.content as LightgbmModel;
  const step = boosterStep(model, bareUse(model, 'LightGBM'));
  if (step.kind === 'transformer') throw new ModelLoadError('it predicts nothing');
  const about = {
    featureCount: model.featureCount,
    featureNames: model.featureNames,
    textFeatures: step.textFeatures ?? [],
    lines: ['Booster', ...(step.lines ?? []).map((line) => `  ${line}`)],
  };
  return serveStep(
    { ...step, ...about },
    { library: 'LightGBM', version: undefined, warnings: model.warnings },
  );
}
