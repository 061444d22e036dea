import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { axeComplaints } from './axe-complaints.ts';
import { flights } from './flights.ts';
import { inState, PICTURES, served, textOf } from './served-page.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`what is shown can be taken along as one file that needs nothing else: ${colorScheme}`, async (t) => {
    const { publish, open } = await served(t, { units: 'min' });
    const snapshot = flights();
    await publish(snapshot);
    const page = await open({ query: '?model=flights_boosting', colorScheme, acceptDownloads: true });
    await inState(page, 'live');
    const downloading = page.waitForEvent('download');
    await page.locator('#report').click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'report.html');
    const path = join(PICTURES, `report-${colorScheme}.html`);
    await download.saveAs(path);
    assert.ok((await readFile(path)).length < 2e6);
    const sentence = await textOf(page, 'h1');

    // From the disk, without the service: as whoever it is sent to sees it.
    await page.context().setOffline(true);
    await page.goto(pathToFileURL(path).href);
    assert.equal(await textOf(page, 'h1'), sentence);
    assert.match(sentence, /^flights_boosting is off by/);
    assert.equal(await textOf(page, '.tile:nth-child(4) .big'), 'balanced');
    assert.match(await textOf(page, '#alarms'), /1 alarm/);
    assert.match(await textOf(page, '#figures thead'), /flights_linear\s*flights_boosting/);
    const charts = await page.locator('.picture svg').count();
    assert.ok(charts >= 4, `${charts} charts`);
    await page.screenshot({ path: join(PICTURES, `report-${colorScheme}.png`), fullPage: true });
    assert.deepEqual(await axeComplaints(page), []);
  });
}
