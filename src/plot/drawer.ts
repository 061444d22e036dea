import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AftermathError, messageOf } from '../service/errors.ts';
import { type Chart, pictureLook } from './charts/chart.ts';
import { runningError } from './charts/running-error.ts';
import type { DrawAnswer, DrawRequest } from './draw-worker.ts';
import type { Rendered } from './render.ts';

/** A drawing takes a tenth of a second; a thread that needs so long hangs. */
const DRAW_MS_MAX = 30_000;

/** A drawing needs 25 MB. Without a limit the thread lets garbage lie until it holds a hundred more; with it memory is flat. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 };

/**
 * Draws charts in a thread of its own, so that no other stage of the process waits for it. The thread starts
 * with the first drawing, is started anew when it has died, and never keeps the process alive.
 */
export class Drawer implements AsyncDisposable {
  #worker: Worker | undefined;
  #number = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<Rendered>>();

  /**
   * The chart as SVG and PNG.
   *
   * @throws {AftermathError} `retry`: the thread died or hung, or Vega could not draw it
   */
  draw(chart: Chart): Promise<Rendered> {
    return this.#draw(chart, true);
  }

  /** The chart as SVG alone, in a third of the time. @throws {AftermathError} as `draw` */
  async drawSvg(chart: Chart): Promise<string> {
    return (await this.#draw(chart, false)).svg;
  }

  /**
   * Starts the thread before there is anything to draw, and has it draw a chart that nobody sees: the first one takes as long as
   * ten later ones.
   */
  warm(): void {
    const points = [0, 1].map((atMs) => ({ atMs, scored: 1, value: 1, recent: 1, low: 0, high: 2 }));
    const course = { figure: 'mae', units: undefined, models: [{ model: '', points }], marks: [] };
    // What hinders it here hinders the first that somebody sees, who is told.
    void this.drawSvg(runningError(course, pictureLook('light'))).catch(() => undefined);
  }

  async #draw(chart: Chart, png: boolean): Promise<Rendered> {
    const worker = (this.#worker ??= this.#start());
    const number = ++this.#number;
    const drawing = Promise.withResolvers<Rendered>();
    this.#waiting.set(number, drawing);
    const tooLong = setTimeout(() => {
      this.#fail(worker, `it took longer than ${DRAW_MS_MAX / 1_000} s`);
      void worker.terminate();
    }, DRAW_MS_MAX);
    worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage({ number, chart, png } satisfies DrawRequest);
    try {
      return await drawing.promise;
    } finally {
      clearTimeout(tooLong);
      this.#waiting.delete(number);
      if (this.#waiting.size === 0) worker.unref();
    }
  }

  /** Ends the thread; drawings in hand fail. */
  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#fail(worker, 'the drawing thread was stopped');
    await worker.terminate();
  }

  #start(): Worker {
    // In the clone this file is TypeScript, in the package it is not; so is its neighbour.
    const file = import.meta.url.endsWith('.ts') ? './draw-worker.ts' : './draw-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      name: 'aftermath-draw',
      // Not what the process was started with: --input-type, --watch or --test are not for threads.
      execArgv: [],
      resourceLimits: HEAP_LIMITS,
      env: environment(),
    });
    worker.on('message', (answer: DrawAnswer) => {
      const drawing = this.#waiting.get(answer.number);
      if ('rendered' in answer) drawing?.resolve(answer.rendered);
      else drawing?.reject(new AftermathError('retry', `Cannot draw: ${answer.failure}`));
    });
    worker.on('error', (error) => this.#fail(worker, `the drawing thread died: ${messageOf(error)}`));
    worker.on('exit', (code) => this.#fail(worker, `the drawing thread ended with code ${code}`));
    return worker;
  }

  #fail(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const drawing of this.#waiting.values()) {
      drawing.reject(new AftermathError('retry', `Cannot draw: ${why}`));
    }
    this.#waiting.clear();
  }
}

/** Where the process keeps what it compiled the thread does too, which Node does not do by itself. */
function environment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
}
