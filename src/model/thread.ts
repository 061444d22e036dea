import { Worker } from 'node:worker_threads';
import { AftermathError, messageOf } from '../service/errors.ts';
import type { ParsedFile } from './parsed-file.ts';
import { ModelLoadError } from './load-error.ts';
import type { LoadLimits } from './load-limits.ts';
import type { ModelInfo, Predictions, Predictor, Table } from './predictor.ts';

/** What the thread answers once it has read the file: plain data of a light model, or that it keeps a heavy one. */
export type OpenAnswer = LightModel | { readonly kept: ModelInfo } | { readonly refused: string };

/** A model that is computed where it is used. */
export interface LightModel extends ParsedFile {
  /** About how long a row takes, in milliseconds. */
  readonly rowMs: number;
}

/** A question to the thread, and its answer. */
export interface Question {
  readonly id: number;
  readonly table: Table;
}
/** `failed`: the text of what was thrown, which is a bug. */
export type Answer = { readonly id: number } & ({ readonly said: Predictions } | { readonly failed: string });

/**
 * Reads a model file in a thread of its own.
 *
 * @returns the thread where it keeps the model, else what the file holds
 * @throws {ModelLoadError} when it cannot be loaded within the limits, or `signal` gives up
 */
export async function openThread(
  file: Uint8Array,
  limits: LoadLimits,
  signal: AbortSignal | undefined,
): Promise<ModelThread | LightModel> {
  const worker = new Worker(new URL(ENTRY, import.meta.url), { workerData: { file, limits } });
  let kept = false;
  try {
    const answer = await answerOf(worker, limits, signal);
    if ('refused' in answer) throw new ModelLoadError(answer.refused);
    if ('parsed' in answer) return answer;
    kept = true;
    return new ModelThread(worker, answer.kept);
  } finally {
    if (!kept) await worker.terminate();
  }
}

/** Beside this file, and compiled when this is. */
const ENTRY = import.meta.url.endsWith('.ts') ? './thread-entry.ts' : './thread-entry.js';

/** A heavy model in a thread of its own. It does not keep the process alive while nobody asks it. */
export class ModelThread implements Predictor {
  readonly info: ModelInfo;
  readonly #worker: Worker;
  readonly #open = new Map<number, PromiseWithResolvers<Predictions>>();
  #asked = 0;
  #ended: AftermathError | undefined;

  /** @param worker one that has answered that it keeps the model */
  constructor(worker: Worker, info: ModelInfo) {
    this.info = info;
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#take(answer));
    worker.on('error', (error) => this.#end(messageOf(error)));
    worker.on('exit', (code) => this.#end(`it ended with ${code}`));
    worker.unref();
  }

  async predict(table: Table): Promise<Predictions> {
    const { featureCount } = this.info;
    if (featureCount !== undefined && table.width !== featureCount) {
      throw new RangeError(`a table of ${table.width} columns for a model of ${featureCount}`);
    }
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#asked++;
    const asked = Promise.withResolvers<Predictions>();
    this.#open.set(id, asked);
    this.#worker.ref();
    this.#worker.postMessage({ id, table } satisfies Question, []);
    return asked.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #take(answer: Answer): void {
    const asked = this.#open.get(answer.id);
    this.#open.delete(answer.id);
    if (this.#open.size === 0) this.#worker.unref();
    if ('said' in answer) asked?.resolve(answer.said);
    else asked?.reject(new Error(`${this.info.estimator} failed: ${answer.failed}`));
  }

  #end(why: string): void {
    this.#ended ??= new AftermathError(
      'stop',
      `Cannot score with ${this.info.estimator}: its thread: ${why}.`,
    );
    for (const asked of this.#open.values()) asked.reject(this.#ended);
    this.#open.clear();
  }
}

async function answerOf(
  worker: Worker,
  limits: LoadLimits,
  signal: AbortSignal | undefined,
): Promise<OpenAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenAnswer>();
  const fail = (error: unknown): void =>
    reject(new ModelLoadError(`reading it failed: ${messageOf(error)}`, { cause: error }));
  const giveUp = (): void => reject(new ModelLoadError('it is not wanted any more'));
  const timer = setTimeout(() => {
    reject(new ModelLoadError(`loading it takes more than ${limits.loadMsMax} ms`));
  }, limits.loadMsMax);
  worker.once('message', resolve).once('error', fail);
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted === true) giveUp();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.off('message', resolve).off('error', fail);
    signal?.removeEventListener('abort', giveUp);
  }
}
