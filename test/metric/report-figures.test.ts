import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Report, type ReportOptions, reportLog } from '../../src/metric/report/report.ts';

const DIABETES = new URL('fixtures/diabetes_linear.csv', import.meta.url).pathname;
const HEADER = 'id,y_true,y_pred,absolute_error\n';
const dir = mkdtempSync(join(tmpdir(), 'aftermath-report-figures-'));
after(() => rmSync(dir, { recursive: true }));

function report(text: string, options?: ReportOptions): Promise<Report> {
  const path = join(dir, 'log.csv');
  writeFileSync(path, text);
  return reportLog(path, options);
}

test('what the settings ask for: pinball, clipped errors, the other methods, and f_beta', async () => {
  const options = { task: 'auto', errorMax: 100, pinball: [0.9] } as const;
  const { figures } = await reportLog(DIABETES, options);
  // scikit-learn 1.2.1 and numpy 1.24.2
  const expected = {
    pinball_90: 21.63872601265753,
    clipped_mae: 42.26287043852919,
    clipped_rmse: 51.22728361965432,
  };
  for (const [name, value] of Object.entries(expected)) {
    const { value: found, low, high } = figures[name]!;
    assert.ok(Math.abs(found - value) <= 1e-12 * value, name);
    assert.ok(low! < value && value < high!, `${name} in its interval`);
  }
  assert.equal(figures['clipped_mae']!.method, 'empirical Bernstein');
  const widths = [];
  for (const method of ['empirical-bernstein', 'predictable-mixture', 'betting'] as const) {
    const {
      low,
      high,
      method: named,
    } = (await reportLog(DIABETES, { ...options, method })).figures['clipped_mae']!;
    assert.equal(named, method.replace('-', ' ').replace('bernstein', 'Bernstein'));
    widths.push(high! - low!);
  }
  assert.ok(
    widths[0]! > widths[1]! && widths[1]! > widths[2]!,
    `the more is assumed, the narrower: ${widths.join(', ')}`,
  );
  const classes = await report(`${HEADER}a,1,1,0\nb,0,1,1\nc,1,0,1\nd,1,1,0\ne,0,0,0\nf,1,0,1\n`, {
    task: 'classification',
    beta: 2,
  });
  // 5 tp / (5 tp + 4 fn + fp)
  assert.ok(Math.abs(classes.figures['f_beta']!.value - 10 / 19) < 1e-12);
});

test('skill of a log is against what the rows before would have answered', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => [(i * 37) % 101, ((i * 37) % 101) + (i % 5)] as const);
  const { figures } = await report(
    HEADER + rows.map(([y, p], i) => `${i},${y},${p},${Math.abs(y - p)}\n`).join(''),
  );
  let [own, median, mean, last] = [0, 0, 0, 0];
  for (let i = 1; i < rows.length; i++) {
    const before = rows.slice(0, i).map(([y]) => y);
    const sorted = before.toSorted((a, b) => a - b);
    const middle = (sorted[Math.floor((i - 1) / 2)]! + sorted[Math.ceil((i - 1) / 2)]!) / 2;
    const [y, p] = rows[i]!;
    own += Math.abs(y - p);
    median += Math.abs(y - middle);
    mean += (y - before.reduce((a, b) => a + b, 0) / i) ** 2;
    last += Math.abs(y - before.at(-1)!);
  }
  const n = rows.length - 1;
  // The median comes from a sketch, and is taken anew when there is one row in a hundred more.
  assert.ok(Math.abs(figures['mae_of_median']!.value - median / n) < 0.01 * (median / n));
  assert.ok(Math.abs(figures['mse_of_mean']!.value - mean / n) < 1e-9 * (mean / n));
  assert.ok(Math.abs(figures['mae_skill_last']!.value - (1 - own / last)) < 1e-12);
});
