import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose } from '../../src/plot/chosen.ts';
import type { Feed } from '../../src/plot/feed.ts';
import { PAGE_PATHS } from '../../src/plot/page-files.ts';
import { panels } from '../../src/plot/panels.ts';
import { flights } from './flights.ts';
import { startedPlot } from './plot-stage.ts';
import { modelOf, snapshotOf, someErrors } from './snapshots.ts';

test('every file of the page is served under a policy that allows nothing from elsewhere', async (t) => {
  const { stage } = await startedPlot(t);
  for (const path of PAGE_PATHS) {
    const response = await stage.routes.request(path);
    assert.equal(response.status, 200, path);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.ok((await response.arrayBuffer()).byteLength > 100, path);
    const etag = response.headers.get('etag') ?? '';
    const again = await stage.routes.request(path, { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304, path);
  }
});

test('the page names no other host and carries no inline script or style', async (t) => {
  const { stage } = await startedPlot(t);
  const html = await (await stage.routes.request('/')).text();
  assert.doesNotMatch(html, /https?:\/\//);
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)/);
  assert.doesNotMatch(html, /<style| style=| on[a-z]+=/);
});

test('nothing else is served, and nothing can be changed', async (t) => {
  const { stage } = await startedPlot(t);
  for (const path of [
    '/main.ts',
    '/page/main.ts',
    '/../package.json',
    '/fonts/..%2fstage.ts',
    '/fonts/OFL.txt',
  ]) {
    assert.equal((await stage.routes.request(path)).status, 404, path);
  }
  assert.equal((await stage.routes.request('/api/snapshot', { method: 'POST' })).status, 404);
});

test('there is no picture before the first outcome, and then there is', async (t) => {
  const { stage, publish } = await startedPlot(t);
  const before = await stage.routes.request('/error_distribution.png');
  assert.equal(before.status, 404);
  assert.match(await before.text(), /no picture yet/);
  await publish(snapshotOf([modelOf(someErrors(10))]));
  await stage.stop();
  const png = await stage.routes.request('/error_distribution.png');
  assert.equal(png.headers.get('content-type'), 'image/png');
  assert.equal(new DataView(await png.arrayBuffer()).getUint32(0), 0x89504e47);
  const svg = await stage.routes.request('/error_distribution.svg');
  assert.equal(svg.headers.get('content-type'), 'image/svg+xml');
  assert.match(await svg.text(), /on 10 rows/);
});

test('the events tell a late visitor all there is, then what is new, and end when the service stops', async (t) => {
  const { stage, publish } = await startedPlot(t, { units: 'min' });
  await publish(snapshotOf([modelOf(someErrors(10))], { publishedAtMs: 1 }));
  const response = await stage.routes.request('/events');
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const feeds = feedsOf(response);
  const first = (await feeds.next()).value as Feed;
  assert.equal(first.snapshot?.models[0]?.books.scored, 10);
  assert.deepEqual(first.broker, { state: 'connected', address: 'memory' });
  assert.equal(first.units, 'min');
  assert.ok((first.ageMs ?? -1) >= 0);
  await publish(snapshotOf([modelOf(someErrors(20))], { publishedAtMs: 2 }));
  const second = (await feeds.next()).value as Feed;
  assert.equal(second.snapshot?.models[0]?.books.scored, 20);
  await stage.stop();
  assert.equal((await feeds.next()).done, true);
});

test('a page is told news at most so often, and then only the latest', async (t) => {
  const { stage, publish } = await startedPlot(t, { pushEveryMs: 200 });
  const feeds = feedsOf(await stage.routes.request('/events'));
  assert.equal(((await feeds.next()).value as Feed).snapshot, undefined);
  const startedMs = performance.now();
  for (let i = 1; i <= 50; i++) await publish(snapshotOf([], { publishedAtMs: i }));
  const next = (await feeds.next()).value as Feed;
  assert.equal(next.snapshot?.publishedAtMs, 50);
  assert.ok(performance.now() - startedMs >= 150);
});

test('more pages than there is room for are told so', async (t) => {
  const { stage } = await startedPlot(t);
  const open = await Promise.all(Array.from({ length: 64 }, async () => stage.routes.request('/events')));
  assert.ok(open.every(({ status }) => status === 200));
  const refused = await stage.routes.request('/events');
  assert.equal(refused.status, 503);
  assert.match(await refused.text(), /Too many pages are open: 64 at most/);
  await open[0]?.body?.cancel();
  let again = refused;
  while (again.status !== 200) {
    await new Promise((resolve) => setImmediate(resolve));
    again = await stage.routes.request('/events');
  }
});

test('every chart that the page shows can be taken along, as it is now', async (t) => {
  const { stage, publish } = await startedPlot(t, { units: 'min' });
  assert.equal((await stage.routes.request('/charts/error-over-time.png')).status, 404);
  const snapshot = flights();
  await publish(snapshot);
  for (const { id } of panels(choose(snapshot, {}), { units: 'min' })) {
    const png = await stage.routes.request(`/charts/${id}.png?theme=dark`);
    assert.equal(png.headers.get('content-type'), 'image/png', id);
    assert.equal(new DataView(await png.arrayBuffer()).getUint32(0), 0x89504e47, id);
    const svg = await stage.routes.request(`/charts/${id}.svg`);
    assert.match(await svg.text(), /^<svg/, id);
    const csv = await stage.routes.request(`/charts/${id}.csv`);
    assert.match(csv.headers.get('content-disposition') ?? '', new RegExp(`filename="${id}.csv"`));
    assert.ok((await csv.text()).split('\r\n').length > 2, id);
  }
});

test('the slices of a second tag have files of their own', async (t) => {
  const { stage, publish } = await startedPlot(t);
  const snapshot = flights();
  const [linear, ...others] = snapshot.models;
  assert.ok(linear?.slices);
  const more = linear.slices.map((slice) => ({ ...slice, tag: 'destination' }));
  await publish({ ...snapshot, models: [{ ...linear, slices: [...linear.slices, ...more] }, ...others] });
  const csv = await stage.routes.request('/charts/error-by-slice-2.csv');
  assert.match(await csv.text(), /^destination,mean absolute error,/);
});

test('a file is of what the address picks', async (t) => {
  const { stage, publish } = await startedPlot(t);
  await publish(flights());
  const errors = async (query: string) =>
    (await (await stage.routes.request(`/charts/error-distribution.csv${query}`)).text())
      .trim()
      .split('\r\n')
      .slice(1)
      .reduce((sum, line) => sum + Number(line.split(',').at(-1)), 0);
  assert.equal(await errors(''), 44_487);
  assert.equal(await errors('?window=last-1000'), 1_000);
  assert.equal(await errors('?slice=origin:LGA'), 852);
  const figures = await (await stage.routes.request('/figures.csv?slice=origin:LGA')).text();
  assert.match(figures, /^model,window,slice,figure,value,low,high,level,method,rows,predictions\r\n/);
  assert.match(
    figures,
    /\r\nflights_linear,all,origin=LGA,mae,24\.29935,20\.\d+,27\.\d+,0\.95,[a-z ]+,852,852\r\n/,
  );
});

test('the report is one file of what the address picks, and of nothing it does not know', async (t) => {
  const { stage, publish } = await startedPlot(t, { units: 'min' });
  assert.equal((await stage.routes.request('/report.html')).status, 404);
  await publish(flights());
  const response = await stage.routes.request('/report.html?slice=origin:LGA');
  assert.equal(response.headers.get('content-disposition'), 'attachment; filename="report.html"');
  const html = await response.text();
  assert.match(html, /slice LGA · figure mean absolute error · as of [\d-]+ [\d:]+ UTC/);
  assert.match(html, /at origin\u00A0LGA\./);
  assert.match(html, /852\u00A0rows|on 852 rows/);
  assert.match(html, /✓<\/span> <span class="term">predictions of/);
});

test('two reports are made at once, a third is told to come again', async (t) => {
  const { stage, publish } = await startedPlot(t);
  await publish(flights());
  const three = await Promise.all([1, 2, 3].map(async () => stage.routes.request('/report.html')));
  assert.deepEqual(
    three.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 200, 503],
  );
  assert.equal((await stage.routes.request('/report.html')).status, 200);
});

test('a chart that is not there is not found, however it is asked for', async (t) => {
  const { stage, publish } = await startedPlot(t);
  await publish(flights());
  for (const path of [
    '/charts/unknown.png',
    '/charts/error-over-time.exe',
    '/charts/..%2fstage.ts',
    '/charts/x',
  ]) {
    assert.equal((await stage.routes.request(path)).status, 404, path);
  }
});

/** The feeds of an event stream as they come. */
async function* feedsOf(response: Response): AsyncGenerator<Feed, undefined> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text
        .slice(0, end)
        .split('\n')
        .find((line) => line.startsWith('data: '));
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data.slice(6)) as Feed;
    }
  }
  return undefined;
}
