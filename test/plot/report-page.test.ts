import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bothThemes } from '../../src/plot/both-themes.ts';
import { pictureLook } from '../../src/plot/charts/chart.ts';
import { coursePoints } from '../../src/plot/charts/course-point.ts';
import { errorDistribution } from '../../src/plot/charts/error-distribution.ts';
import { predictedAgainstActual } from '../../src/plot/charts/predicted-against-actual.ts';
import { runningError } from '../../src/plot/charts/running-error.ts';
import { distributionOf } from '../../src/plot/charts-of-model.ts';
import { renderSvg } from '../../src/plot/render.ts';
import { reportPage } from '../../src/plot/report-page.ts';
import { historyOf, modelOf, snapshotOf, someErrors } from './snapshots.ts';

const GRID = {
  x: { from: 0, width: 1, cells: 64 },
  y: { from: 0, width: 1, cells: 64 },
  counts: Array.from({ length: 4_096 }, (_, i) => i % 97),
};

test('one picture has the colours of both themes, and is otherwise that of either', async () => {
  const draw = (theme: 'light' | 'dark') => {
    const look = pictureLook(theme);
    return [
      errorDistribution(distributionOf(modelOf(someErrors(442)), 'min')!, look),
      predictedAgainstActual({ model: 'linear', units: 'min', grid: GRID }, look),
      runningError(
        {
          figure: 'mae',
          units: 'min',
          models: [{ model: 'linear', points: coursePoints(historyOf(someErrors(99), 9), 'mae') }],
          marks: [],
        },
        look,
      ),
    ];
  };
  for (const [i, chart] of draw('light').entries()) {
    const light = await renderSvg(chart);
    const { svg, css } = bothThemes(light, await renderSvg(draw('dark')[i]!), `p${i}-`);
    assert.match(css, /--p\d-0: light-dark\(#ffffff, #1d1c1a\);/);
    assert.doesNotMatch(svg, /#[0-9a-f]{6}\b|rgb\(/);
    assert.doesNotMatch(svg, /(?<!p\d-)(clip|gradient_)\d/);
    const names = new Map(
      [...css.matchAll(/(--[\w-]+): light-dark\((.*?), (?:#\w+|rgb\([^)]*\))\);/g)].map(([, name, l]) => [
        name,
        l,
      ]),
    );
    const again = svg.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => names.get(name)!);
    assert.equal(plainIds(again), plainIds(light));
  }
});

test('pictures that differ in more than colours are not mixed up', () => {
  assert.deepEqual(bothThemes('<a fill="#ffffff"/>', '<b fill="#000000"/>', 'p-'), {
    svg: '<a fill="#ffffff"/>',
    css: '',
  });
});

test('a report is one file: no script, nothing from elsewhere, under 2 MB with full grids, names as text', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const model = {
    ...modelOf(someErrors(10_000), { model: hostile, points: 400 }),
    scatter: GRID,
    residuals: GRID,
  };
  const about = {
    name: `${hostile}.csv`,
    snapshot: snapshotOf([model]),
    units: '</style>',
    notes: [`${hostile} is odd.`],
    isOfStream: true,
  };
  const html = await reportPage(about, renderSvg);
  assert.ok(html.length < 2e6, `${html.length} bytes`);
  assert.doesNotMatch(html, /<script|<img|<\/style>.*<\/style>|<link/s);
  for (const [address] of html.matchAll(/https?:[^"'\s)<]*/g))
    assert.match(address, /^http:\/\/www\.w3\.org\//);
  assert.doesNotMatch(html, /<[^>]*\s(xlink:)?(src|href)=["'](?!#)/);
  assert.match(html, /&lt;img src=x onerror=alert\(1\)&gt;.* is off by/s);
  assert.match(html, /is odd\./);
  assert.match(html, /3,?\d* further rows are left out/);
});

function plainIds(svg: string): string {
  return svg.replaceAll(/(p\d-)?(clip|gradient_)\d+/g, '$2');
}
