import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeComplaints } from './axe-complaints.ts';
import { flights } from './flights.ts';
import { inState, served, textOf } from './served-page.ts';
import { modelOf, snapshotOf } from './snapshots.ts';

test('what is picked by keyboard is shown, is in the address, and is undone by going back', async (t) => {
  const { publish, open } = await served(t, { units: 'min' });
  await publish(flights());
  const page = await open();
  await inState(page, 'live');
  await page.locator('select[name=model]').focus();
  await page.keyboard.press('ArrowDown');
  await page.getByText('flights_boosting is off by').waitFor();
  assert.equal(new URL(page.url()).search, '?model=flights_boosting');
  await page.goBack();
  await page.getByText('flights_linear is off by').waitFor();
  assert.equal(await page.locator('select[name=model]').inputValue(), '');
});

test('an address shows another reader the same', async (t) => {
  const { publish, open } = await served(t, { units: 'min' });
  await publish(flights());
  const page = await open({ query: '?slice=origin:LGA&figure=median_absolute_error' });
  await inState(page, 'live');
  assert.match(
    await textOf(page, 'h1'),
    /^The median absolute error of flights_linear is [\d.]+ min at origin LGA\.$/,
  );
  assert.equal(await page.locator('select[name=slice]').inputValue(), 'origin:LGA');
  assert.equal(
    await page.locator('#error-distribution .downloads a').first().getAttribute('href'),
    'charts/error-distribution.png?slice=origin:LGA&figure=median_absolute_error',
  );
});

test('every chart says what it shows, and has its numbers behind it in the same place', async (t) => {
  const { publish, open } = await served(t);
  const snapshot = flights();
  await publish(snapshot);
  const page = await open();
  await inState(page, 'live');
  for (const card of await page.locator('#first .card').all()) {
    await card.locator('canvas').waitFor();
    assert.match((await card.getByRole('img').getAttribute('aria-label')) ?? '', /\.$/);
    const before = await card.boundingBox();
    await card.getByRole('button').press('Enter');
    await card.locator('table').waitFor();
    assert.deepEqual(await card.boundingBox(), before);
  }
  const rows = await page.locator('#error-distribution tbody td:last-child').allTextContents();
  assert.equal(
    rows.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0),
    snapshot.models[0]?.books.scored,
  );
  await page.locator('#error-distribution button').press('Enter');
  await page.locator('#error-distribution canvas').waitFor();
});

test('a reader in another language finds numbers as they write them', async (t) => {
  const { publish, open } = await served(t, { units: 'min' });
  await publish(flights());
  const page = await open({ locale: 'de-DE' });
  await inState(page, 'live');
  assert.match(await textOf(page, 'h1'), /18,1 ± 0,4 min/);
  assert.match(await textOf(page, '#headline-more'), /44\.487 of 44\.526/);
});

for (const [what, query, colorScheme] of [
  ['figures', '', 'light'],
  ['figures in the dark', '', 'dark'],
  ['tables', '#tables', 'light'],
  ['no truth', '#none', 'light'],
] as const) {
  test(`axe finds nothing to complain of: ${what}`, async (t) => {
    const { publish, open } = await served(t, { units: 'min' });
    await publish(query === '#none' ? snapshotOf([modelOf([], { pending: 3 })]) : flights());
    const page = await open({ colorScheme });
    await inState(page, query === '#none' ? 'no-truth' : 'live');
    if (query !== '#none') await page.locator('#label-maturity canvas').waitFor();
    if (query === '#tables')
      for (const button of await page.locator('.card button').all()) await button.press('Enter');
    assert.deepEqual(await axeComplaints(page), []);
  });
}
