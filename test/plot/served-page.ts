import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { Registry } from 'prom-client';
import type { PlotSettings, PlotStage } from '../../src/plot/stage.ts';
import { startHttp } from '../../src/service/http.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../setup/chromium.ts';
import { startedPlot } from './plot-stage.ts';

/** What pages looked like is left here. */
export const PICTURES = join(import.meta.dirname, '../../test-results/page');

let browser: Browser;

before(async () => {
  await mkdir(PICTURES, { recursive: true });
  browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS });
});
after(() => browser.close());

/** A plot stage behind an HTTP server, and how to open its page; whatever the page complains of fails the test. */
export async function served(t: TestContext, changes: Partial<PlotSettings> = {}) {
  const { stage, publish } = await startedPlot(t, {
    // On a busy machine a page may take longer to open than a snapshot stays fresh.
    staleAfterMs: 60_000,
    ...changes,
  });
  let http = await listen(stage, 0);
  const port = Number(new URL(http.url).port);
  const complaints: string[] = [];
  t.after(async () => {
    await http[Symbol.asyncDispose]();
    assert.deepEqual(complaints, []);
  });
  const open = async (
    options: Parameters<Browser['newContext']>[0] & { query?: string } = {},
  ): Promise<Page> => {
    const { query = '', ...others } = options;
    const context = await browser.newContext({
      locale: 'en-US',
      timezoneId: 'UTC',
      viewport: { width: 1280, height: 950 },
      ...others,
    });
    t.after(() => context.close());
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A connection that is refused while the service is away is what the test is about.
      if (!message.text().includes('net::ERR_')) complaints.push(message.text());
    });
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol !== 'file:' && hostname !== '127.0.0.1') complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(http.url + query);
    return page;
  };
  const restart = async (meanwhile: () => Promise<void>) => {
    await http[Symbol.asyncDispose]();
    await meanwhile();
    http = await listen(stage, port);
  };
  return { publish, open, restart, url: http.url };
}

function listen(stage: PlotStage, port: number) {
  return startHttp(
    { host: '127.0.0.1', port, portGiven: true, open: false },
    { stages: [stage], registry: new Registry(), page: stage.routes },
  );
}

/** Waits until the page is in this state. */
export async function inState(page: Page, state: string): Promise<void> {
  await page.locator(`body[data-state="${state}"]`).waitFor({ timeout: 15_000 });
}

/** The text of the first such element, with spaces for those that do not break. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return ((await page.locator(selector).first().textContent()) ?? '').replaceAll('\u00A0', ' ').trim();
}
