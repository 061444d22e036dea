import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureLook } from '../../src/plot/charts/chart.ts';
import { errorDistribution } from '../../src/plot/charts/error-distribution.ts';
import { distributionOf } from '../../src/plot/charts-of-model.ts';
import { fontMetrics } from '../../src/plot/font-metrics.ts';
import { render, renderPng } from '../../src/plot/render.ts';
import { modelOf, someErrors } from './snapshots.ts';

const text = (content: string, family = 'Inter, system-ui, sans-serif') =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="25" font-size="16" font-family="${family}">${content}</text></svg>`;

test('a picture is drawn at twice its size', async () => {
  const distribution = distributionOf(modelOf(someErrors(442)), 'min');
  assert.ok(distribution);
  const { svg, png } = await render(errorDistribution(distribution, pictureLook('light')));
  assert.match(svg, /^<svg [^>]*width="800" height="450"/);
  assert.deepEqual(pngSize(png), { width: 1600, height: 900 });
});

test('text shows without a font of the system, also one in a family or a script that we do not have', () => {
  const empty = renderPng(text(''));
  for (const content of ['mean 43.3', 'Модель', 'μ ± σ ≥ 88', '模型']) {
    assert.notDeepEqual(renderPng(text(content)), empty, content);
  }
  assert.notDeepEqual(renderPng(text('mean 43.3', 'Some Corporate Sans')), empty);
});

test('a text is as wide as its characters, and only what the font has is covered', () => {
  const { widthPx, covers } = fontMetrics('regular');
  assert.ok(Math.abs(2 * widthPx('0', 11) - widthPx('00', 11)) < 1e-9);
  assert.ok(Math.abs(2 * widthPx('0', 11) - widthPx('0', 22)) < 1e-9);
  assert.ok(widthPx('i', 10) < widthPx('m', 10));
  assert.ok(fontMetrics('semibold').widthPx('mean', 11) > widthPx('mean', 11));
  assert.equal(widthPx('', 11), 0);
  assert.ok(covers('≥ 88 · µ Ünï Модель'));
  assert.ok(!covers('模'));
});

function pngSize(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
