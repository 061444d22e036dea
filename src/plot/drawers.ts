import type { Chart } from './charts/chart.ts';
import { Drawer } from './drawer.ts';

/** Draws charts in several threads: each goes where the fewest are waiting. */
export class Drawers implements AsyncDisposable {
  readonly #drawers: readonly Drawer[];

  /** @param threads at least 1 */
  constructor(threads: number) {
    this.#drawers = Array.from({ length: threads }, () => new Drawer());
  }

  /** @throws {AftermathError} as `Drawer.draw` */
  drawSvg(chart: Chart): Promise<string> {
    const free = this.#drawers.reduce((least, each) => (each.waiting < least.waiting ? each : least));
    return free.drawSvg(chart);
  }

  /** Starts the threads before there is anything to draw. */
  warm(): void {
    for (const drawer of this.#drawers) drawer.warm();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#drawers.map((drawer) => drawer[Symbol.asyncDispose]()));
  }
}
