import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../service/errors.ts';
import { identify } from './formats/identify.ts';
import type { ParsedModel } from './formats/served.ts';
import { build } from './formats/build.ts';
import { ModelLoadError } from './load_error.ts';
import { DEFAULT_LOAD_LIMITS, type LoadLimits } from './load_limits.ts';
import type { LoadedModel } from './predictor.ts';

/**
 * Loads a model file of any known format, chosen by its content.
 *
 * It is read and built once in a worker, so that not even a bug can stop the process; what comes back is plain data
 * of which only the predictor is made here.
 *
 * @throws {ModelLoadError} when it cannot be read, is damaged or hostile, or holds a class that is not known
 */
export async function loadModel(
  path: string,
  limits: LoadLimits = DEFAULT_LOAD_LIMITS,
): Promise<LoadedModel> {
  try {
    const file = await readWhole(path, limits);
    return serve(file.length, await parseInWorker(file, limits));
  } catch (error) {
    if (error instanceof ModelLoadError)
      throw new ModelLoadError(`Cannot load ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * Loads a model file in this thread, for a worker that predicts by itself.
 *
 * @throws {ModelLoadError}
 */
export async function loadModelHere(
  path: string,
  limits: LoadLimits = DEFAULT_LOAD_LIMITS,
): Promise<LoadedModel> {
  try {
    const file = await readWhole(path, limits);
    return loadBytes(file, limits);
  } catch (error) {
    if (error instanceof ModelLoadError)
      throw new ModelLoadError(`Cannot load ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * Loads a model from the bytes of its file, in this thread.
 *
 * @throws {ModelLoadError} whose message is only the reason
 */
export function loadBytes(file: Uint8Array, limits: LoadLimits = DEFAULT_LOAD_LIMITS): LoadedModel {
  return serve(file.length, parseFile(file, limits));
}

/** Beside this file, and compiled when this is. */
const WORKER = import.meta.url.endsWith('.ts') ? './load_worker.ts' : './load_worker.js';

/** What the worker answers. */
export type LoadAnswer = ParsedFile | { readonly refused: string };

/** What a file holds, as plain data, with its sha256. */
export interface ParsedFile {
  readonly parsed: ParsedModel;
  readonly sha256: string;
}

/**
 * Reads the bytes of a model file into plain data, having seen that it can be built.
 *
 * @throws {ModelLoadError} whose message is only the reason
 */
export function parseFile(file: Uint8Array, limits: LoadLimits): ParsedFile {
  return { parsed: identify(file, limits), sha256: createHash('sha256').update(file).digest('hex') };
}

function serve(sizeBytes: number, { parsed, sha256 }: ParsedFile): LoadedModel {
  const served = build(parsed);
  return {
    info: { ...served.about, format: parsed.format, sizeBytes, sha256 },
    predict: (table) => served.predict(table),
  };
}

async function readWhole(path: string, limits: LoadLimits): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > limits.fileBytesMax) {
      throw new ModelLoadError(
        `it has ${size} bytes, more than the ${limits.fileBytesMax} that a model file may have`,
      );
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof ModelLoadError) throw error;
    throw new ModelLoadError(messageOf(error), { cause: error });
  }
}

async function parseInWorker(file: Uint8Array, limits: LoadLimits): Promise<ParsedFile> {
  const worker = new Worker(new URL(WORKER, import.meta.url), { workerData: { file, limits } });
  try {
    return await answerOf(worker, limits);
  } finally {
    await worker.terminate();
  }
}

async function answerOf(worker: Worker, limits: LoadLimits): Promise<ParsedFile> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ModelLoadError(`loading it takes more than ${limits.loadMsMax} ms`));
    }, limits.loadMsMax);
    worker.once('message', (answer: LoadAnswer) => {
      clearTimeout(timer);
      if ('parsed' in answer) resolve(answer);
      else reject(new ModelLoadError(answer.refused));
    });
    worker.once('error', (error) => {
      clearTimeout(timer);
      reject(new ModelLoadError(`reading it failed: ${messageOf(error)}`, { cause: error }));
    });
  });
}
