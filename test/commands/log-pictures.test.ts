import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logToHtml, logToPictures } from '../../src/commands/log-pictures.ts';
import { reportLog } from '../../src/metric/report/report.ts';
import { AftermathError } from '../../src/service/errors.ts';

const DIABETES = fileURLToPath(new URL('../metric/fixtures/diabetes_linear.csv', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'aftermath-log-pictures-'));
after(() => rmSync(dir, { recursive: true }));

const OPTIONS = { task: 'auto', slices: [], units: 'mg/dl' } as const;

test('the figures of a page are those of the report on the same log', async () => {
  const path = join(dir, 'new', 'report.html');
  const { report } = await logToHtml(DIABETES, path, OPTIONS);
  const plain = await reportLog(DIABETES);
  assert.deepEqual(report, plain);
  const html = readFileSync(path, 'utf8');
  assert.match(html, /<span class="champion">diabetes_linear<\/span> is off by <span class="figure">43\.3/);
  const cells = [...html.matchAll(/<tr><th scope="row">([^<]*)<\/th><td>([^<]*)<\/td>/g)].map(
    ([, title, value]) => [title, value],
  );
  const shown = new Map(cells as [string, string][]);
  assert.equal(
    Number.parseFloat(shown.get('median absolute error')!),
    Number(plain.figures['median_absolute_error']!.value.toPrecision(3)),
  );
  assert.equal(
    Number.parseFloat(shown.get('root mean squared error')!),
    Number(plain.figures['rmse']!.value.toPrecision(3)),
  );
});

test('every chart that a log allows is a picture of its own, the distribution under its old name', async () => {
  const out = join(dir, 'pictures');
  const files = await logToPictures(DIABETES, out, { ...OPTIONS, theme: 'dark' });
  assert.deepEqual(readdirSync(out).toSorted(), files.map((file) => file.slice(out.length + 1)).toSorted());
  for (const name of ['error_distribution', 'error_over_time', 'predicted_against_actual', 'residuals']) {
    assert.ok(files.includes(join(out, `${name}.png`)), name);
    assert.match(readFileSync(join(out, `${name}.svg`), 'utf8'), /^<svg .*#1d1c1a/s);
    assert.equal(
      readFileSync(join(out, `${name}.png`))
        .subarray(1, 4)
        .toString(),
      'PNG',
    );
  }
});

test('a file that cannot be written is said with its name', async () => {
  await assert.rejects(
    logToHtml(DIABETES, join(DIABETES, 'report.html'), OPTIONS),
    (error: unknown) => error instanceof AftermathError && /Cannot write .*report\.html/.test(error.message),
  );
});
