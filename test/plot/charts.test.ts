import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pictureLook, type Chart } from '../../src/plot/charts/chart.ts';
import { errorDistribution } from '../../src/plot/charts/error-distribution.ts';
import { runningError } from '../../src/plot/charts/running-error.ts';
import { distributionOf, runningErrorOf } from '../../src/plot/charts-of-model.ts';
import { fontMetrics } from '../../src/plot/font-metrics.ts';
import { renderSvg } from '../../src/plot/render.ts';
import { historyOf, modelOf, someErrors } from './snapshots.ts';

const LONG =
  'a-model-whose-name-was-made-from-all-its-parameters_lr=0.001_depth=12_<img src=x onerror=alert(1)>.pkl';

/** Data sets that a chart has to look well with. */
const DISTRIBUTIONS: Readonly<Record<string, { errors: number[]; model?: string; units?: string }>> = {
  'one-row': { errors: [37.2], units: 'min' },
  'ten-rows': { errors: someErrors(10) },
  '442-rows': { errors: someErrors(442), units: 'mg/dl' },
  '10000-rows': { errors: someErrors(10_000), units: '€' },
  equal: { errors: Array.from({ length: 500 }, () => 5), units: 'kWh' },
  perfect: { errors: Array.from({ length: 500 }, () => 0) },
  outliers: {
    errors: [...someErrors(995), 4e6, 5e6, 6e6, 1e9, 2e9, 3e9, 1e7, 5e8, 9e8, 6e8, 7e8],
    units: 'min',
  },
  tiny: { errors: someErrors(1_000, 1, 1e-6), units: 'm' },
  'long-names': { errors: someErrors(442), model: LONG, units: 'a unit that is far too long for its place' },
};

for (const [name, { errors, model = 'linear', units }] of Object.entries(DISTRIBUTIONS)) {
  test(`the distribution of ${name} looks as it did`, async () => {
    const distribution = distributionOf(modelOf(errors, { model }), units);
    assert.ok(distribution);
    await looksAsBefore(`error-distribution-${name}`, errorDistribution(distribution, pictureLook('light')));
  });
}

test('the distribution on a dark ground looks as it did', async () => {
  const distribution = distributionOf(modelOf(someErrors(442)), 'min');
  assert.ok(distribution);
  await looksAsBefore('error-distribution-dark', errorDistribution(distribution, pictureLook('dark')));
});

const HISTORIES = {
  'one-point': historyOf(someErrors(10), 1),
  'two-points': historyOf(someErrors(10), 2),
  'ten-seconds': historyOf(someErrors(2_000), 10),
  'forty-days': historyOf(someErrors(40_000), 400, 8_640_000),
  flat: historyOf(
    Array.from({ length: 20 }, () => 5),
    20,
  ),
};

for (const [name, points] of Object.entries(HISTORIES)) {
  test(`the running error of ${name} looks as it did`, async () => {
    await looksAsBefore(
      `running-error-${name}`,
      runningError({ model: 'linear', units: 'min', points }, pictureLook('light')),
    );
  });
}

test('no label of the distribution lies on another, wherever the figures stand', async () => {
  for (const [name, { errors }] of Object.entries(DISTRIBUTIONS)) {
    const distribution = distributionOf(modelOf(errors), undefined);
    assert.ok(distribution);
    for (const width of [330, 800]) {
      const look = { ...pictureLook('light'), width };
      const labels = labelBoxes(await renderSvg(errorDistribution(distribution, look)));
      assert.equal(labels.length, 3, name);
      for (const [i, a] of labels.entries()) {
        assert.ok(a.right <= width, `${name}: "${a.text}" ends at ${a.right} of ${width}`);
        for (const b of labels.slice(i + 1)) {
          const apart = a.right <= b.left || b.right <= a.left || Math.abs(a.top - b.top) >= 11;
          assert.ok(apart, `${name}, ${width} wide: "${a.text}" lies on "${b.text}"`);
        }
      }
    }
  }
});

test('the last bin says that it holds the rest', () => {
  const distribution = distributionOf(modelOf(someErrors(442)), undefined);
  assert.ok(distribution);
  const histogram = { width: 1, counts: [8, 4, 2, 1], above: 3 };
  const chart = errorDistribution({ ...distribution, histogram }, pictureLook('light'));
  assert.match(JSON.stringify(chart.spec), /≥ 4/);
  assert.match(chart.summary, /3 at 4 or above/);
  assert.match(chart.summary, /on 18 rows/);
});

test('a name is text in the picture, never markup, and control characters do not break it', async () => {
  const distribution = distributionOf(
    modelOf(someErrors(10), { model: '<script>a\u0000\u202E\uD800b' }),
    undefined,
  );
  assert.ok(distribution);
  const svg = await renderSvg(errorDistribution(distribution, pictureLook('light')));
  assert.doesNotMatch(svg, /<script/);
  assert.match(svg, /&lt;script&gt;a \uFFFDb/);
});

test('a model without an outcome has no charts', () => {
  assert.equal(distributionOf(modelOf([]), undefined), undefined);
  assert.equal(runningErrorOf(modelOf([]), undefined), undefined);
});

/**
 * Compares with the picture in `golden/`. To renew them: `AFTERMATH_TEST_RENEW_GOLDEN=1 node --test
 * test/plot/charts.test.ts`, then look at each that changed.
 */
async function looksAsBefore(name: string, chart: Chart): Promise<void> {
  const path = new URL(`golden/${name}.svg`, import.meta.url);
  const svg = await renderSvg(chart);
  if (process.env['AFTERMATH_TEST_RENEW_GOLDEN']) await writeFile(path, `${svg}\n`);
  assert.equal(`${svg}\n`, await readFile(path, 'utf8'));
}

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/** Where the labels of mean, median and p95 are, in pixels of the picture. */
function labelBoxes(svg: string): Box[] {
  const plotLeft = Number(/<g [^>]*transform="translate\(([\d.]+),/.exec(svg)?.[1]);
  const label =
    /<text text-anchor="start" transform="translate\(([\d.]+),([\d.]+)\)"[^>]*>((?:mean|median|p95) [^<·]*)<\/text>/g;
  return [...svg.matchAll(label)].map(([, left = '', top = '', text = '']) => ({
    text,
    left: plotLeft + Number(left),
    right: plotLeft + Number(left) + fontMetrics('regular').widthPx(text, 11),
    top: Number(top),
  }));
}
