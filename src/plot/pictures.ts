import { join } from 'node:path';
import { messageOf } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import type { Chart } from './charts/chart.ts';
import { Drawer } from './drawer.ts';
import type { Rendered } from './render.ts';
import { writeWhole } from '../service/whole-file.ts';

/** Where pictures go, how often, and who is told. */
export interface PicturesOptions {
  /** Directory of the pictures; made when it is missing. */
  readonly outDir: string;
  /** Drawn at most so often. */
  readonly redrawEveryMs: number;
  readonly log: Logger;
  /** Told after each drawing. */
  readonly onDrawn: (drawing: { seconds: number; result: 'drawn' | 'failed' }) => void;
}

/**
 * Keeps `NAME.png` and `NAME.svg` in step with the latest chart: drawn when there is something new, at most
 * once every `redrawEveryMs`, written whole. A file that cannot be written is said once and tried again with
 * the next drawing.
 */
export class Pictures {
  readonly #options: PicturesOptions;
  readonly #name: string;
  readonly #drawer = new Drawer();
  #wanted: Chart | undefined;
  #wantedText = '';
  #drawnText = '';
  #latest: Rendered | undefined;
  #drawnAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #drawing: Promise<void> | undefined;
  #complaint: string | undefined;
  #isStopped = false;

  constructor(name: string, options: PicturesOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** The latest drawing, whether or not it could be written. */
  get latest(): Rendered | undefined {
    return this.#latest;
  }

  /** Has this chart drawn, unless a newer one comes first or nothing about it is new. */
  offer(chart: Chart): void {
    if (this.#isStopped) return;
    this.#wanted = chart;
    this.#wantedText = JSON.stringify(chart);
    this.#plan();
  }

  /** Draws what is new, then gives the drawing thread back. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#drawing;
    if (this.#wantedText !== this.#drawnText) await this.#draw();
    await this.#drawer[Symbol.asyncDispose]();
  }

  #plan(): void {
    if (this.#isStopped || this.#drawing !== undefined || this.#wantedText === this.#drawnText) return;
    clearTimeout(this.#timer);
    const waitMs = Math.max(0, this.#drawnAtMs + this.#options.redrawEveryMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#drawing = this.#draw().finally(() => {
        this.#drawing = undefined;
        this.#plan();
      });
    }, waitMs);
    this.#timer.unref();
  }

  /** Never rejects: a picture must not stop the figures. */
  async #draw(): Promise<void> {
    const [chart, text, startedMs] = [this.#wanted, this.#wantedText, performance.now()];
    if (chart === undefined) return;
    this.#drawnAtMs = startedMs;
    const { outDir, onDrawn } = this.#options;
    let result: 'drawn' | 'failed' = 'failed';
    try {
      this.#latest = await this.#drawer.draw(chart);
      await writeWhole(join(outDir, `${this.#name}.svg`), this.#latest.svg);
      await writeWhole(join(outDir, `${this.#name}.png`), this.#latest.png);
      this.#drawnText = text;
      result = 'drawn';
      this.#say(undefined);
    } catch (error) {
      this.#say(messageOf(error));
    }
    onDrawn({ seconds: (performance.now() - startedMs) / 1_000, result });
  }

  /** Says what is wrong when it begins, when it changes and when it is over, not every time. */
  #say(complaint: string | undefined): void {
    const { log, outDir } = this.#options;
    // The name of the file aside differs each time.
    const known = complaint?.replaceAll(/\.[0-9a-f]{8}\b/g, '');
    if (known === this.#complaint) return;
    this.#complaint = known;
    const path = join(outDir, `${this.#name}.png`);
    if (complaint === undefined) log.info(`${path} is drawn again`);
    else
      log.error(`Cannot keep ${path} up to date: ${complaint}. Everything else goes on; it is tried again.`);
  }
}
