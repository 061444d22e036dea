import { parentPort } from 'node:worker_threads';
import { messageOf } from '../service/errors.ts';
import type { Chart } from './charts/chart.ts';
import { render, type Rendered } from './render.ts';

/** What the drawing thread is asked. */
export interface DrawRequest {
  readonly number: number;
  readonly chart: Chart;
}

/** What it answers: the pictures, or why there are none. */
export type DrawAnswer =
  | { readonly number: number; readonly rendered: Rendered }
  | { readonly number: number; readonly failure: string };

parentPort?.on('message', (request: DrawRequest) => void answer(request));

async function answer({ number, chart }: DrawRequest): Promise<void> {
  try {
    send({ number, rendered: await render(chart) });
  } catch (error) {
    send({ number, failure: messageOf(error) });
  }
}

function send(message: DrawAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}
