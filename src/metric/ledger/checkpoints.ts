import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CheckpointOrder, CheckpointThreadData } from './checkpoint-thread.ts';

/**
 * Brings what SQLite has in its write-ahead log into the file, in a thread of its own: it is as much writing again as the
 * commits were, and two syncs, and the process that commits would stand still for it.
 *
 * SQLite begins its write-ahead log anew only where nothing is left to copy, and while one copy is made further commits
 * come. So what they have left is copied once more, and a transaction waits for that: it is little.
 */
export class Checkpoints implements AsyncDisposable {
  readonly #path: string;
  readonly #bytesMax: number;
  #worker: Worker | undefined;
  /** Committed since the write-ahead log began, about. */
  #bytes = 0;
  #state: 'idle' | 'copying' | 'copied' | 'copying the rest' = 'idle';
  #rest: Promise<void> | undefined;

  /**
   * @param path of the database
   * @param bytesMax so much is committed between two checkpoints
   */
  constructor(path: string, bytesMax: number) {
    this.#path = path;
    this.#bytesMax = bytesMax;
  }

  /** Fulfils when a transaction may begin. */
  async room(): Promise<void> {
    await this.#rest;
  }

  /** A transaction of about so many bytes has just been committed, and no other one is open. */
  committed(bytes: number): void {
    this.#bytes += bytes;
    if (this.#state === 'idle' && this.#bytes >= this.#bytesMax) {
      this.#state = 'copying';
      void this.#copy().then(() => {
        this.#state = 'copied';
      });
    } else if (this.#state === 'copied') {
      this.#state = 'copying the rest';
      this.#rest = this.#copy().then(() => {
        this.#state = 'idle';
        this.#bytes = 0;
        this.#rest = undefined;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    const ended = once(worker, 'exit');
    worker.ref();
    order(worker, 'end');
    await ended;
  }

  async #copy(): Promise<void> {
    this.#worker ??= start(this.#path);
    const worker = this.#worker;
    const answered = once(worker, 'message');
    worker.ref();
    order(worker, 'copy');
    await answered;
    worker.unref();
  }
}

function start(path: string): Worker {
  // In the clone this file is TypeScript, in the package it is not; so is its neighbour.
  const file = import.meta.url.endsWith('.ts') ? './checkpoint-thread.ts' : './checkpoint-thread.js';
  return new Worker(new URL(file, import.meta.url), {
    name: 'aftermath-checkpoint',
    // Not what the process was started with: --input-type, --watch or --test are not for threads.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    workerData: { path } satisfies CheckpointThreadData,
  });
}

function order(worker: Worker, what: CheckpointOrder): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage(what);
}
