import { setTimeout as pause } from 'node:timers/promises';
import { AftermathError, messageOf } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import type { ModelInfo } from './predictor.ts';
import { fileMark, openServing, type ServingModel } from './serving.ts';

/** What became of a changed file, or of an order to read one again. */
export type ReloadResult = 'swapped' | 'unchanged' | 'failed';

/** What reloading needs from who serves. */
export interface ReloadOptions {
  readonly watchEveryMs: number;
  readonly log: Logger;
  /** The models as they serve now, in the order of the command line. */
  readonly models: () => readonly ServingModel[];
  /** Puts the new one in the place of the old between two batches, and closes the old one. */
  readonly swap: (before: ServingModel, next: ServingModel) => Promise<void>;
  readonly count: (model: string, result: ReloadResult) => void;
}

/**
 * Reads model files again that have changed, or that somebody asks for. A file is taken when it looks the same at two
 * looks, so that one that is still being written is left alone; it is loaded and tested aside, one at a time, and
 * only then swapped in. One that fails leaves the old one serving, is told once, and tried again when it changes.
 */
export class Reloading {
  readonly #options: ReloadOptions;
  readonly #ending = new AbortController();
  /** By name: how the files looked last time, and how they looked when they were last loaded. */
  readonly #seen = new Map<string, string>();
  readonly #tried = new Map<string, string | undefined>();
  #work: Promise<void> = Promise.resolve();

  constructor(options: ReloadOptions) {
    this.#options = options;
    void this.#watch();
  }

  /** Reads the file of the model of this name again (`null`: of every model), whether or not it has changed. */
  order(name: string | null): void {
    const { log, models } = this.#options;
    const wanted = models().filter((model) => name === null || model.name === name);
    if (wanted.length === 0) {
      const served = models().map((model) => model.name);
      log.info(`asked to reload "${name}", which is not served here (served: ${served.join(', ')})`);
    }
    for (const model of wanted) this.#queue(model.name);
  }

  /** Ends; what is being loaded is given up. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await pause(this.#options.watchEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      for (const model of this.#options.models()) if (!signal.aborted) await this.#look(model);
    }
  }

  async #look({ name, path, mark: loaded }: ServingModel): Promise<void> {
    const mark = await fileMark(path);
    // No file: somebody is about to put one there.
    if (mark === undefined) return;
    const isSettled = this.#seen.get(name) === mark;
    this.#seen.set(name, mark);
    if (isSettled && mark !== (this.#tried.has(name) ? this.#tried.get(name) : loaded)) this.#queue(name);
  }

  #queue(name: string): void {
    this.#work = this.#work.then(() => this.#reload(name));
  }

  async #reload(name: string): Promise<void> {
    const { signal } = this.#ending;
    const before = this.#options.models().find((model) => model.name === name);
    if (before === undefined || signal.aborted) return;
    const { log, count } = this.#options;
    this.#tried.set(name, await fileMark(before.path));
    let next: ServingModel;
    try {
      next = await openServing(before, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof AftermathError)) throw error;
      count(name, 'failed');
      log.warn(`${messageOf(error)}. Version ${before.version} of ${name} goes on serving.`);
      return;
    }
    this.#tried.set(name, next.mark);
    if (signal.aborted || isSame(before, next)) {
      await next.predictor[Symbol.asyncDispose]();
      if (signal.aborted) return;
      count(name, 'unchanged');
      log.info(`${name} was read again: it is version ${before.version} as before`);
      return;
    }
    await this.#options.swap(before, next);
    count(name, 'swapped');
    log.info(`${name} serves version ${next.version} from here on, before it was ${before.version}`);
    const differs = differenceOf(before.predictor.info, next.predictor.info);
    if (differs !== undefined) log.warn(`version ${next.version} of ${name} ${differs}`);
  }
}

function isSame(before: ServingModel, next: ServingModel): boolean {
  return before.version === next.version && before.predictor.info.sha256 === next.predictor.info.sha256;
}

/** What will make rows be refused, or figures be those of something else. */
function differenceOf(before: ModelInfo, next: ModelInfo): string | undefined {
  const features = ({ featureNames, featureCount }: ModelInfo): string =>
    featureNames?.join(', ') ?? `${featureCount ?? 'any number of'} columns`;
  if (features(before) !== features(next))
    return `takes ${features(next)}, before it was ${features(before)}`;
  if (before.task !== next.task) return `is for ${next.task}, before it was ${before.task}`;
  return undefined;
}
