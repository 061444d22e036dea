import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatFigure } from '../../src/plot/charts/numbers.ts';
import { fontMetrics } from '../../src/plot/font-metrics.ts';
import { flights } from './flights.ts';
import { inState, PICTURES, served, textOf } from './served-page.ts';
import { modelOf, snapshotOf, someErrors } from './snapshots.ts';

const HOSTILE = '<img src=x onerror="document.title=1">';

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
  assert.equal(await textOf(page, '.tile:nth-child(2) .big'), '41,208');
  assert.equal(await textOf(page, '.tile:nth-child(3) .big'), '82.5 %');
  assert.equal(await textOf(page, '.tile:nth-child(4) .big'), 'balanced');
  assert.match(await textOf(page, '#books'), /✓ predictions 49,978 = scored 41,208 \+ pending 8,770/);
  await page.locator('#error-over-time canvas').waitFor();
});

for (const [name, width, height, colorScheme] of [
  ['light', 1280, 950, 'light'],
  ['dark', 1280, 950, 'dark'],
  ['narrow', 360, 780, 'light'],
] as const) {
  test(`the page fits the screen: ${name}`, async (t) => {
    const { publish, open } = await served(t, { units: 'min' });
    await publish(flights());
    const page = await open({ viewport: { width, height }, colorScheme });
    await inState(page, 'live');
    // What is out of sight is not drawn.
    for (const card of await page.locator('#first .card').all()) {
      await card.scrollIntoViewIfNeeded();
      await card.locator('canvas').waitFor();
    }
    await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
    const [shownPx, wholePx] = await page.evaluate<number[]>(
      `(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])(document.querySelector('#figures-table'))`,
    );
    assert.equal(wholePx, shownPx, 'all models side by side, without scrolling');
    const balance = await page.locator('#books').boundingBox();
    const bottom = (balance?.y ?? NaN) + (balance?.height ?? NaN);
    if (width > 1_000) assert.ok(bottom <= height, 'verdict to balance without scrolling');
  });
}

test('what it waits for is said, and nothing moves when the first figures come', async (t) => {
  const { publish, open } = await served(t);
  const page = await open();
  await inState(page, 'waiting-for-metric');
  assert.equal(await textOf(page, 'h1'), 'Waiting for the first figures.');
  const place = () =>
    page.evaluate<number[]>(
      `[...document.querySelectorAll('.tile, #first .card, #books')].map((e) => e.getBoundingClientRect().top)`,
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
  await page.locator('#error-distribution canvas').waitFor();
  assert.deepEqual(await place(), waiting);
});

test('a hostile name is text, wherever it shows', async (t) => {
  const { publish, open } = await served(t);
  const hostileSlice = {
    tag: HOSTILE,
    value: HOSTILE,
    predictions: 442,
    scored: 442,
    figures: { mae: { value: 40 } },
  };
  const models = [
    {
      ...modelOf(someErrors(442), { model: HOSTILE }),
      slices: [hostileSlice, { ...hostileSlice, tag: 'b' }],
    },
    { ...modelOf(someErrors(442), { model: `${HOSTILE}2` }), role: 'challenger' as const },
  ];
  await publish(snapshotOf(models, { deadLetters: { [HOSTILE]: 3 }, logPath: HOSTILE }));
  const page = await open();
  await inState(page, 'live');
  assert.match(await textOf(page, 'h1'), /^<img src=x onerror=/);
  assert.match(await textOf(page, '#figures'), /<img src=x onerror=/);
  assert.match(await textOf(page, '#books'), /dead letters <img src=x .* 3/);
  assert.match(await textOf(page, 'select[name=slice] option:last-child'), /<img src=x/);
  assert.match(await textOf(page, '#error-by-slice-title'), /^Where it is worst, by <img src=x/);
  await page.locator('#error-by-slice button').press('Enter');
  assert.match(await textOf(page, '#error-by-slice tbody'), /<img src=x onerror=/);
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.title(), 'Aftermath');
});

test('books that do not balance are shown as wrong', async (t) => {
  const { publish, open } = await served(t);
  const model = modelOf(someErrors(442));
  await publish(snapshotOf([{ ...model, books: { ...model.books, received: 443 } }]));
  const page = await open();
  await inState(page, 'live');
  assert.equal(await textOf(page, '.tile:nth-child(4) .big.wrong'), 'do not balance');
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
