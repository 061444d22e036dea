import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pictureLook } from '../../src/plot/charts/chart.ts';
import { errorDistribution } from '../../src/plot/charts/error-distribution.ts';
import { tableCsv } from '../../src/plot/charts/table.ts';
import { distributionOf, runningErrorOf } from '../../src/plot/charts-of-model.ts';
import { renderSvg } from '../../src/plot/render.ts';
import { CASES } from './chart-cases.ts';
import { modelOf, someErrors } from './snapshots.ts';
import { textBoxes } from './text-boxes.ts';

for (const [name, chart] of Object.entries(CASES)) {
  test(`${name} looks as it did, and its texts lie within it and apart from each other`, async () => {
    const svg = await renderSvg(chart);
    textsAreApart(svg);
    await looksAsBefore(name, svg);
  });
}

/** Of a chart that has no errors, what comes nearest; an outlier needs a number without bounds. */
const EVERY = ['one-row', 'ten-rows', '10000-rows', 'equal', 'outliers', 'long-names', 'dark', 'narrow'];
const WITHOUT_BOUNDS = [
  'error-distribution',
  'running-error',
  'predicted-against-actual',
  'residuals',
  'error-by-slice',
  'label-maturity',
  'model-comparison',
  'confusion-matrix',
  'label-lag',
  'estimates',
];
const BOUNDED = ['roc-curve', 'precision-recall-curve', 'calibration-curve'];

test('every chart is drawn of a row, of ten, of ten thousand, of equals, of outliers, with long names, dark and narrow', () => {
  const named = (chart: string, names: readonly string[]) => names.map((name) => `${chart}-${name}`);
  const wanted = [
    ...WITHOUT_BOUNDS.flatMap((chart) => named(chart, EVERY)),
    ...BOUNDED.flatMap((chart) =>
      named(
        chart,
        EVERY.filter((name) => name !== 'outliers'),
      ),
    ),
    // Its rows are features.
    ...named('feature-drift', [
      'one',
      'four',
      'two-hundred',
      'equal',
      'outliers',
      'long-names',
      'dark',
      'narrow',
    ]),
  ];
  assert.deepEqual(
    wanted.filter((name) => CASES[name] === undefined),
    [],
  );
});

test('every golden picture is that of a case', async () => {
  const files = await readdir(new URL('golden/', import.meta.url));
  assert.deepEqual(
    files.toSorted(),
    Object.keys(CASES)
      .map((name) => `${name}.svg`)
      .toSorted(),
  );
});

test('every chart says what it shows in a sentence and in a table', () => {
  for (const [name, { summary, table }] of Object.entries(CASES)) {
    assert.match(summary, /^[A-Z].*\.$/, name);
    assert.doesNotMatch(summary, /undefined|NaN|null|Infinity/, name);
    assert.ok(table.rows.length > 0, name);
    for (const row of table.rows) {
      assert.equal(row.length, table.columns.length, name);
      for (const cell of row) assert.ok(typeof cell !== 'number' || Number.isFinite(cell), name);
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
  assert.deepEqual(chart.table.rows.at(-1), [4, undefined, 3]);
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
  assert.equal(runningErrorOf([modelOf([])], undefined), undefined);
});

test('a table as CSV keeps every digit, quotes what it must and starts no formula', () => {
  const csv = tableCsv({
    columns: [
      { title: 'origin', kind: 'text' },
      { title: 'time', kind: 'time' },
      { title: 'error', kind: 'figure' },
    ],
    rows: [
      ['=1+1', 0, 0.1 + 0.2],
      ['a "b", c', undefined, -1e-7],
    ],
  });
  assert.equal(
    csv,
    `origin,time,error\r\n'=1+1,1970-01-01T00:00:00.000Z,0.30000000000000004\r\n"a ""b"", c",,-1e-7\r\n`,
  );
});

/**
 * Compares with the picture in `golden/`. To renew them: `AFTERMATH_TEST_RENEW_GOLDEN=1 npm test --
 * test/plot/charts.test.ts`, then look at each that changed.
 */
async function looksAsBefore(name: string, svg: string): Promise<void> {
  const path = new URL(`golden/${name}.svg`, import.meta.url);
  if (process.env['AFTERMATH_TEST_RENEW_GOLDEN']) await writeFile(path, `${svg}\n`);
  assert.equal(`${svg}\n`, await readFile(path, 'utf8'));
}

function textsAreApart(svg: string): void {
  const [, width = '', height = ''] = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  const boxes = textBoxes(svg);
  assert.ok(boxes.length > 1);
  for (const [i, a] of boxes.entries()) {
    const isInside = a.left >= 0 && a.top >= 0 && a.right <= Number(width) && a.bottom <= Number(height);
    assert.ok(isInside, `"${a.text}" leaves the picture: ${JSON.stringify(a)} of ${width} × ${height}`);
    for (const b of boxes.slice(i + 1)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert.ok(apart, `"${a.text}" lies on "${b.text}": ${JSON.stringify([a, b])}`);
    }
  }
}
