import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { Registry } from 'prom-client';
import { formatFigure } from '../../src/plot/charts/numbers.ts';
import { fontMetrics } from '../../src/plot/font-metrics.ts';
import type { PlotSettings, PlotStage } from '../../src/plot/stage.ts';
import { startHttp } from '../../src/service/http.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../setup/chromium.ts';
import { startedPlot } from './plot-stage.ts';
import { modelOf, snapshotOf, someErrors } from './snapshots.ts';

/** The page in a real Chromium. What it looked like is left in `test-results/page/`. */
const PICTURES = join(import.meta.dirname, '../../test-results/page');
const HOSTILE = '<img src=x onerror="document.title=1">';

let browser: Browser;

before(async () => {
  await mkdir(PICTURES, { recursive: true });
  browser = await chromium.launch({
    executablePath: await chromiumPath(),
    args: CHROMIUM_ARGS,
  });
});
after(() => browser.close());

test('the page says how wrong the model is, on how many of how many, and that the books balance', async (t) => {
  const { publish, open } = await served(t, { units: 'mg/dl' });
  const model = modelOf(someErrors(41_208), { model: 'linear', pending: 8_770, points: 400 });
  await publish(snapshotOf([model]));
  const page = await open();
  await inState(page, 'live');
  const mae = formatFigure(model.figures['mae']?.value ?? NaN, 'en');
  assert.equal(await textOf(page, 'h1'), `linear is off by ${mae} mg/dl on average.`);
  assert.equal(
    await textOf(page, '#headline-more'),
    'On 41,208 of 49,978 predictions; 8,770 still wait for their truth.',
  );
  assert.equal(await textOf(page, '.tile:nth-child(1) .figure'), '41,208');
  assert.equal(await textOf(page, '.tile:nth-child(2) .figure'), '82.5%');
  assert.equal(await textOf(page, '.tile:nth-child(4) .figure'), 'balanced');
  assert.match(await textOf(page, '#books'), /✓ predictions 49,978 = scored 41,208 \+ pending 8,770/);
  await page.locator('#distribution canvas').waitFor();
  assert.match(
    (await page.locator('#distribution').getAttribute('aria-label')) ?? '',
    /on 41,208 rows: mean /,
  );
  await page.locator('#over-time canvas').waitFor();
  await page.locator('#distribution-table summary').click();
  const rows = await page.locator('#distribution-table tbody td:last-child').allTextContents();
  assert.equal(
    rows.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0),
    41_208,
  );
});

for (const [name, width, height, colorScheme] of [
  ['light', 1280, 950, 'light'],
  ['dark', 1280, 950, 'dark'],
  ['narrow', 360, 780, 'light'],
] as const) {
  test(`the page fits the screen: ${name}`, async (t) => {
    const { publish, open } = await served(t);
    await publish(snapshotOf([modelOf(someErrors(442), { pending: 58 })]));
    const page = await open({ viewport: { width, height }, colorScheme });
    await inState(page, 'live');
    await page.locator('#distribution canvas').waitFor();
    await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
    const size = await page.evaluate<number[]>(
      '[document.documentElement.scrollWidth, document.documentElement.scrollHeight]',
    );
    assert.equal(size[0], width);
    if (width > 1_000) assert.equal(size[1], height, 'all of it without scrolling');
  });
}

test('what it waits for is said, and nothing moves when the first figures come', async (t) => {
  const { publish, open } = await served(t);
  const page = await open();
  await inState(page, 'waiting-for-metric');
  assert.equal(await textOf(page, 'h1'), 'Waiting for the first figures.');
  const place = () =>
    page.evaluate<number[]>(
      `[...document.querySelectorAll('.tiles, .card, footer')].map((e) => e.getBoundingClientRect().top)`,
    );
  const waiting = await place();
  await publish(snapshotOf([modelOf([], { pending: 1_204 })], { publishedAtMs: 1 }));
  await inState(page, 'no-truth');
  assert.equal(
    await textOf(page, 'h1'),
    'diabetes_linear has made 1,204 predictions; no truth has come yet.',
  );
  await publish(snapshotOf([modelOf(someErrors(442))], { publishedAtMs: 2 }));
  await inState(page, 'live');
  await page.locator('#distribution canvas').waitFor();
  assert.deepEqual(await place(), waiting);
});

test('a hostile name is text, wherever it shows', async (t) => {
  const { publish, open } = await served(t);
  const models = [
    modelOf(someErrors(442), { model: HOSTILE }),
    { ...modelOf(someErrors(442), { model: `${HOSTILE}2` }), role: 'challenger' as const },
  ];
  await publish(snapshotOf(models, { deadLetters: { [HOSTILE]: 3 }, logPath: HOSTILE }));
  const page = await open();
  await inState(page, 'live');
  assert.match(await textOf(page, 'h1'), /^<img src=x onerror=/);
  assert.match(await textOf(page, '#models'), /<img src=x onerror=/);
  assert.match(await textOf(page, '#books'), /dead letters <img src=x .* 3/);
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.title(), 'Aftermath');
});

test('books that do not balance are shown as wrong', async (t) => {
  const { publish, open } = await served(t);
  const model = modelOf(someErrors(442));
  await publish(snapshotOf([{ ...model, books: { ...model.books, received: 443 } }]));
  const page = await open();
  await inState(page, 'live');
  assert.equal(await textOf(page, '.tile:nth-child(4) .figure.wrong'), 'do not balance');
  assert.match(await textOf(page, '#books'), /✗ predictions 443 ≠ scored 442 \+ pending 0/);
});

test('figures that are not renewed are called stale, and live again when metric speaks', async (t) => {
  const { publish, open } = await served(t, { staleAfterMs: 1_000 });
  await publish(snapshotOf([modelOf(someErrors(442))], { publishedAtMs: 1 }));
  const page = await open();
  await inState(page, 'stale');
  assert.match(await textOf(page, '#status'), /stale · metric has said nothing for \d+ s/);
  await publish(snapshotOf([modelOf(someErrors(443))], { publishedAtMs: 2 }));
  await inState(page, 'live');
});

test('the page says that the service is away, and goes on when it is back', async (t) => {
  const { publish, open, restart } = await served(t);
  await publish(snapshotOf([modelOf(someErrors(442))], { publishedAtMs: 1 }));
  const page = await open();
  await inState(page, 'live');
  await restart(async () => {
    await inState(page, 'reconnecting');
    assert.match(await textOf(page, '#status'), /reconnecting · figures are \d+ s old/);
    await publish(snapshotOf([modelOf(someErrors(500))], { publishedAtMs: 2 }));
  });
  await inState(page, 'live');
  await page.getByText('On 500 of 500 predictions.').waitFor();
});

test('a picture is laid out by the same widths of text as a browser takes', async (t) => {
  const { open } = await served(t);
  const page = await open();
  for (const [weight, name] of [
    ['400', 'regular'],
    ['600', 'semibold'],
  ] as const) {
    for (const text of ['mean 43.3', 'Absolute error, mg/dl', '10,000', 'Модель ≥ 88']) {
      // As text: the page has types that this side has not.
      const inBrowser = await page.evaluate<number>(`(async () => {
        await document.fonts.load('${weight} 100px Inter');
        const context = document.createElement('canvas').getContext('2d');
        context.font = '${weight} 100px Inter';
        return context.measureText('${text}').width;
      })()`);
      const ours = fontMetrics(name).widthPx(text, 100);
      // Kerning is the difference.
      assert.ok(Math.abs(ours - inBrowser) <= 0.03 * inBrowser, `${text}: ${ours} against ${inBrowser}`);
    }
  }
});

/** A plot stage behind an HTTP server, and how to open its page; whatever the page complains of fails the test. */
async function served(t: TestContext, changes: Partial<PlotSettings> = {}) {
  const { stage, publish } = await startedPlot(t, changes);
  let http = await listen(stage, 0);
  const port = Number(new URL(http.url).port);
  const complaints: string[] = [];
  t.after(async () => {
    await http[Symbol.asyncDispose]();
    assert.deepEqual(complaints, []);
  });
  const open = async (options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> => {
    const context = await browser.newContext({
      locale: 'en-US',
      timezoneId: 'UTC',
      viewport: { width: 1280, height: 950 },
      ...options,
    });
    t.after(() => context.close());
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A connection that is refused while the service is away is what the test is about.
      if (!message.text().includes('net::ERR_')) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1') complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(http.url);
    return page;
  };
  const restart = async (meanwhile: () => Promise<void>) => {
    await http[Symbol.asyncDispose]();
    await meanwhile();
    http = await listen(stage, port);
  };
  return { publish, open, restart };
}

function listen(stage: PlotStage, port: number) {
  return startHttp(
    { host: '127.0.0.1', port, portGiven: true, open: false },
    { stages: [stage], registry: new Registry(), page: stage.routes },
  );
}

async function inState(page: Page, state: string): Promise<void> {
  await page.locator(`body[data-state="${state}"]`).waitFor({ timeout: 15_000 });
}

async function textOf(page: Page, selector: string): Promise<string> {
  return ((await page.locator(selector).first().textContent()) ?? '').replaceAll('\u00A0', ' ').trim();
}
