import { parentPort, workerData } from 'node:worker_threads';
import { parseFile, type LoadAnswer } from './load.ts';
import { ModelLoadError } from './load_error.ts';
import type { LoadLimits } from './load_limits.ts';

const { file, limits } = workerData as { file: Uint8Array; limits: LoadLimits };

function answer(): LoadAnswer {
  try {
    return parseFile(file, limits);
  } catch (error) {
    if (error instanceof ModelLoadError) return { refused: error.message };
    throw error;
  }
}

parentPort?.postMessage(answer(), []);
