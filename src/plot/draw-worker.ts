import { parentPort } from 'node:worker_threads';
import { messageOf } from '../service/errors.ts';
import type { Chart } from './charts/chart.ts';
import { render, renderSvg, type Rendered } from './render.ts';

/** What the drawing thread is asked. */
export interface DrawRequest {
  readonly number: number;
  readonly chart: Chart;
  /** Without: the SVG alone, the PNG is empty. */
  readonly png: boolean;
}

/** What it answers: the pictures, or why there are none. */
export type DrawAnswer =
  | { readonly number: number; readonly rendered: Rendered }
  | { readonly number: number; readonly failure: string };

parentPort?.on('message', (request: DrawRequest) => void answer(request));

const NO_PNG = new Uint8Array();

async function answer({ number, chart, png }: DrawRequest): Promise<void> {
  try {
    send({ number, rendered: png ? await render(chart) : { svg: await renderSvg(chart), png: NO_PNG } });
  } catch (error) {
    send({ number, failure: messageOf(error) });
  }
}

function send(message: DrawAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}
