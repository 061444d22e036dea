import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { reportLog } from '../../src/metric/report/report.ts';
import type { Report, ReportOptions } from '../../src/metric/report/report.ts';
import { formatReport } from '../../src/metric/report/report-text.ts';
import { AftermathError } from '../../src/service/errors.ts';
import { randoms } from '../stats/stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

const dir = mkdtempSync(join(tmpdir(), 'aftermath-report-'));
after(() => rmSync(dir, { recursive: true }));

const DIABETES = new URL('fixtures/diabetes_linear.csv', import.meta.url).pathname;
const HEADER = 'id,y_true,y_pred,absolute_error\n';

let files = 0;
function fileOf(text: string | Uint8Array): string {
  const path = join(dir, `${files++}.csv`);
  writeFileSync(path, text);
  return path;
}

function report(text: string | Uint8Array, options?: ReportOptions): Promise<Report> {
  return reportLog(fileOf(text), options);
}

test('the linear model on the diabetes data: what scikit-learn and numpy say', async () => {
  const { rows, task, figures, repeated, notes } = await reportLog(DIABETES);
  assert.deepEqual(
    { rows, task, repeated, notes },
    { rows: 442, task: 'regression', repeated: 0, notes: [] },
  );
  // scikit-learn 1.2.1 and numpy 1.24.2; the bias of a least-squares fit is rounding only
  const expected = {
    mae: 43.27745202531506,
    mse: 2859.6963475867506,
    rmse: Math.sqrt(2859.6963475867506),
    r2: 0.5177484222203498,
    explained_variance: 0.5177484222203498,
    median_absolute_error: 38.52476456738302,
    p95_absolute_error: 99.18081732555113,
    mape: 0.38786179217948247,
    msle: 0.17215849425695878,
    smape: 0.3140103299212728,
    largest_absolute_error: 155.82676612155169,
  };
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(Math.abs(figures[name]!.value - value) <= 1e-12 * value, name);
  }
  assert.ok(Math.abs(figures['bias']!.value) < 1e-12);
  for (const [name, { low, why }] of Object.entries(figures))
    assert.equal(low === undefined, why !== undefined, `${name} has an interval, or says why it has none`);
});

test('as text it is the table people paste', async () => {
  const lines = formatReport(await reportLog(DIABETES)).split('\n');
  const expected = [
    'rows                                442',
    'task                                regression',
    'MAE                                 43.2775  (38.6488 to 47.9061 at 95 %, asymptotic)',
    'MSE                                 2859.6963  (2306.1151 to 3413.2776 at 95 %, asymptotic)',
    'RMSE                                53.4761  (48.0220 to 58.4233 at 95 %, asymptotic)',
    'bias                                0.0000  (-7.8798 to 7.8798 at 95 %, asymptotic)',
    'R²                                  0.5177',
    'explained variance                  0.5177',
    'median absolute error               38.5248',
    '95 % absolute error                 99.1808',
    'MAPE                                0.3879  (0.3177 to 0.4580 at 95 %, asymptotic)',
    'sMAPE                               0.3140  (0.2628 to 0.3652 at 95 %, empirical Bernstein)',
  ];
  assert.deepEqual(lines.slice(0, expected.length), expected);
  assert.ok(
    lines.includes('skill against the median (MAE)      0.3403  (0.1772 to 0.4723 at 95 %, asymptotic)'),
  );
  assert.match(lines.join('\n'), /^note: No interval for R², explained variance, .*: no sequence is known/m);
  const text = formatReport({
    rows: 3,
    figures: {
      mae: { value: 2, low: 1.5, high: 2.5, level: 0.95, method: 'betting' },
      tiny: { value: 0.00012 },
    },
    repeated: 1,
    notes: ['One.'],
  });
  assert.match(text, /^MAE {3}2\.0000 {2}\(1\.5000 to 2\.5000 at 95 %, betting\)$/m);
  assert.match(text, /^tiny {2}0\.000120000$/m);
  assert.match(text, /^note: One\.$/m);
});

/** The diabetes log as pandas, a spreadsheet or another order of columns would have it. */
const FORMS: Readonly<Record<string, (line: string, i: number) => string>> = {
  semicolons: (line) => line.replaceAll(',', ';'),
  'tabs and CRLF': (line) => `${line.replaceAll(',', '\t')}\r`,
  'an index column without a name': (line, i) => `${i === 0 ? '' : i - 1},${line}`,
  'an index column called Unnamed: 0': (line, i) => `${i === 0 ? 'Unnamed: 0' : i - 1},${line}`,
  'every cell quoted': (line) =>
    line
      .split(',')
      .map((cell) => `"${cell}"`)
      .join(','),
  'columns turned round': (line) => line.split(',').toReversed().join(','),
  'further columns': (line, i) => (i === 0 ? `at,${line},note` : `2026-01-01,${line},"a, ""b""\nc"`),
  'blank lines between': (line) => `${line}\n`,
  'a byte-order mark': (line, i) => (i === 0 ? `\ufeff${line}` : line),
};
for (const [name, form] of Object.entries(FORMS)) {
  test(`a log with ${name} says the same`, async () => {
    const lines = readFileSync(DIABETES, 'utf8').trimEnd().split('\n').map(form);
    assert.deepEqual(await report(`${lines.join('\n')}\n`), await reportLog(DIABETES));
  });
}

test('of an id that comes again the last row counts, and it says how many came more than once', async () => {
  const { rows, repeated, figures, notes } = await report(
    `${HEADER}a,1,2,1\nb,1,1,0\na,1,4,3\na,1,5,4\n1.0,1,1,0\n1,1,1,0\n`,
  );
  assert.deepEqual({ rows, repeated, mae: figures['mae']!.value }, { rows: 4, repeated: 1, mae: 1 });
  assert.deepEqual(notes, [
    '1 id came more than once: the last row of each counts, and the first in the intervals.',
  ]);
});

test('a log that is being written: the unfinished last line is left out, a finished one without its end is not', async () => {
  const whole = `${HEADER}a,10,12.5,2.5\nb,10,12.25,2.25`;
  assert.equal((await report(whole)).rows, 2);
  for (let length = whole.lastIndexOf('\n') + 2; length < whole.length; length++) {
    const { rows, figures, notes } = await report(whole.slice(0, length));
    assert.equal(rows, 1, whole.slice(0, length));
    assert.equal(figures['mae']!.value, 2.5);
    assert.deepEqual(notes, ['Line 3, the last, is not finished and was left out.']);
  }
});

test('labels: accuracy, and the mean of absolute_error', async () => {
  const { task, figures } = await report(`${HEADER}1,a,a,0\n2,b,c,1\n`);
  assert.equal(task, 'multiclass');
  assert.deepEqual([figures['accuracy']!.value, figures['mae']!.value], [0.5, 0.5]);
  assert.equal(figures['log_loss'], undefined);
});

test('two classes with probabilities in absolute_error: what scikit-learn says of them', async () => {
  const log = `${HEADER}1,pear,pear,0.25\n2,apple,pear,0.5\n3,apple,apple,0\n4,pear,pear,0.375\n5,pear,apple,0.75\n`;
  const { task, figures } = await report(log);
  assert.equal(task, 'binary');
  // scikit-learn 1.2.1 on y = (1, 0, 0, 1, 1), p = (.75, .5, 0, .625, .25)
  const expected = {
    accuracy: 0.6,
    mae: 0.375,
    precision: 2 / 3,
    recall: 2 / 3,
    specificity: 0.5,
    f1: 2 / 3,
    balanced_accuracy: 0.5833333333333333,
    mcc: 0.16666666666666666,
    kappa: 0.16666666666666663,
    log_loss: 0.5674254486754705,
    brier: 0.203125,
    roc_auc: 0.8333333333333333,
    average_precision: 0.9166666666666665,
  };
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(Math.abs(figures[name]!.value - value) < 1e-12, `${name}: ${figures[name]!.value}`);
  }
  assert.match(formatReport(await report(log)), /^ROC AUC +0\.8333$/m);
  assert.match(formatReport(await report(log)), /^balanced accuracy +0\.5833$/m);
});

test('intervals hold at every look: by what kind of loss, and of the first row of each id', async () => {
  const lines = Array.from(
    { length: 500 },
    (_, i) => `${i},${i % 3 === 0 ? 'a' : 'b'},b,${i % 3 === 0 ? 1 : 0}`,
  );
  const { figures } = await report(`${HEADER}${lines.join('\n')}\n`);
  const { value, low, high, level, method } = figures['accuracy']!;
  assert.ok(low! > 0.55 && low! < value && value < high! && high! < 0.75, `${low}..${high}`);
  assert.deepEqual([level, method], [0.95, 'empirical Bernstein']);
  assert.equal(figures['mcc'], undefined);
  assert.match(figures['balanced_accuracy']!.why!, /^no sequence is known/);

  const numbers = lines.map((_, i) => `${i},${i},${i + 1 + (i % 5) / 4},${1 + (i % 5) / 4}`);
  const first = (await report(`${HEADER}${numbers.join('\n')}\n`)).figures['mae']!;
  const revised = (await report(`${HEADER}${numbers.join('\n')}\n7,7,1007,1000\n`)).figures['mae']!;
  assert.deepEqual([revised.low, revised.high], [first.low, first.high]);
  assert.ok(first.low! < 1.5 && 1.5 < first.high! && first.high! - first.low! < 0.2);
  const few = (await report(`${HEADER}${numbers.slice(0, 99).join('\n')}\n`)).figures['mae']!;
  assert.equal(few.low, undefined);
  assert.match(few.why!, /nothing before 100 rows/);
});

test('numbers are a regression, unless absolute_error is none of them', async () => {
  const taskOf = async (rows: string, options?: ReportOptions): Promise<string | undefined> =>
    (await report(HEADER + rows, options)).task;
  assert.equal(await taskOf('1,0,1,1\n2,1,1,0\n'), 'regression');
  assert.equal(await taskOf('1,0,1,0.75\n2,1,1,0.001\n'), 'binary');
  assert.equal(await taskOf('1,0,2,1\n2,1,1,0\n3,2,2,0\n'), 'multiclass');
  assert.equal(await taskOf('1,0.5,2.25,1.75\n2,1,1,0\n'), 'regression');
  assert.equal(await taskOf('1,0,1,1\n2,1,1,0\n', { task: 'classification' }), 'binary');
  const { task, notes } = await report(`${HEADER}1,3,5,9\n2,1.5,1,0.5\n`);
  assert.equal(task, 'regression');
  assert.match(notes[0]!, /not \|y_true − y_pred\| in 1 line/);
});

test('a log of errors beyond 1 is none of classes, even when asked', async () => {
  const log = report(`${HEADER}1,3,5,2\n`, { task: 'classification' });
  await assert.rejects(log, refusal('stop', /absolute_error goes beyond 1/));
});

test('several models in one log: the chosen one counts', async () => {
  const log = 'id,y_true,y_pred,absolute_error,model\n1,1,2,1,a\n1,1,4,3,b\n2,1,2,1,a\n';
  assert.equal((await report(log, { task: 'auto', model: 'a' })).figures['mae']!.value, 1);
  assert.equal((await report(log, { task: 'auto', model: 'b' })).figures['mae']!.value, 3);
  await assert.rejects(report(log), refusal('usage', /it holds "a", "b"; choose one with --model/));
  await assert.rejects(
    report(log, { task: 'auto', model: 'c' }),
    refusal('usage', /model "c".*it holds "a", "b"/),
  );
});

test('a log without an outcome says so', async () => {
  for (const text of [HEADER, HEADER.trimEnd(), `${HEADER}a,1`]) {
    const found = await report(text);
    assert.deepEqual(
      { rows: found.rows, task: found.task, figures: found.figures },
      { rows: 0, task: undefined, figures: {} },
    );
    assert.match(formatReport(found), /^rows {2}0$/m);
    assert.match(found.notes.at(-1)!, /no outcome yet/);
  }
});

const BAD: readonly [string, string | Uint8Array, RegExp][] = [
  ['empty file', '', /no id, no y_true.*found nothing/],
  [
    'another header',
    'id,truth,y_pred\n1,2,3\n',
    /has no y_true, no absolute_error; expected id,y_true.*found id,truth,y_pred/,
  ],
  ['a column twice', 'id,y_true,y_true,y_pred,absolute_error\n', /y_true twice/],
  ['too few cells', `${HEADER}1,2,3,1\n1,2,3\n`, /line 3 .*4 cells are expected.*3 are there/],
  ['too many cells', `${HEADER}1,2,3,1,9\n`, /line 2 .*5 are there/],
  ['no truth', `${HEADER}1,,3,1\n`, /line 2 .*y_true is empty/],
  ['NaN', `${HEADER}1,2,nan,1\n`, /line 2 .*y_pred is "nan"/],
  ['infinite', `${HEADER}1,-inf,2,1\n`, /y_true is "-inf"/],
  ['beyond 1e100', `${HEADER}1,1e101,2,1\n`, /y_true is "1e101"/],
  ['a decimal comma', 'id;y_true;y_pred;absolute_error\n1;2,5;2,0;0,5\n', /line 2 .*absolute_error is "0,5"/],
  ['a negative error', `${HEADER}1,2,3,-1\n`, /absolute_error is "-1"/],
  ['text among numbers', `${HEADER}1,2,5,3\n2,none,3,1\n`, /line 3 .*a number is expected, "none" is there/],
  ['not UTF-8', new Uint8Array([...Buffer.from(HEADER), 0x61, 0xff, 0x0a]), /not UTF-8/],
  ['a quote that is never closed', `${HEADER}1,2,3,1\n"${'x'.repeat(1 << 20)}`, /quote never closed/],
];
for (const [name, text, message] of BAD) {
  test(`a malformed log is refused with its line and what was expected: ${name}`, async () => {
    await assert.rejects(report(text), refusal('stop', message));
  });
}

test('a log that is not there is refused', async () => {
  await assert.rejects(reportLog(join(dir, 'none.csv')), refusal('stop', /no such file/));
  await assert.rejects(reportLog(dir), refusal('stop', /EISDIR|directory/i));
});

test('lines that span the chunks of reading are read whole, whatever their lengths', async () => {
  const lines: string[] = [];
  let bytes = 0;
  for (let i = 0; bytes < 600_000; i++) {
    const line = `"é${'"",\n'.repeat(i % 70)}${i}",${i},${i + 2},2`;
    lines.push(line);
    bytes += Buffer.byteLength(line) + 1;
  }
  const { rows, figures, notes } = await report(`${HEADER}${lines.join('\n')}\n`);
  assert.deepEqual({ rows, mae: figures['mae']!.value, notes }, { rows: lines.length, mae: 2, notes: [] });
  await assert.rejects(
    report(`${HEADER}${lines.join('\n')}\nlast,1,x\n`),
    refusal('stop', new RegExp(`line ${lines.join('\n').split('\n').length + 2} `)),
  );
});

function refusal(consequence: string, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof AftermathError, String(error));
    assert.equal(error.consequence, consequence);
    assert.match(error.message, message);
    return true;
  };
}

test('bootstrap intervals of a regression are those of numpy, for every figure without one that holds at every look', async () => {
  const { figures } = await reportLog(DIABETES, { task: 'auto', bootstrap: { resamples: 4000, seed: 1 } });
  // numpy 1.24.2, 5,000 resamples by default_rng(0): R², and both quantiles of |e|
  const expected = {
    r2: [0.4525, 0.5759, 0.004],
    median_absolute_error: [34.039, 41.838, 0.6],
    p95_absolute_error: [94.45, 111.03, 0.6],
  } as const;
  for (const [name, [low, high, tolerance]] of Object.entries(expected)) {
    assert.ok(Math.abs(figures[name]!.low! - low) < tolerance, `${name} from ${figures[name]!.low}`);
    assert.ok(Math.abs(figures[name]!.high! - high) < tolerance, `${name} to ${figures[name]!.high}`);
  }
  assert.equal(figures['mae']!.method, 'asymptotic');
  const without = Object.keys(figures).filter((name) => figures[name]!.low === undefined);
  assert.deepEqual(without, ['largest_absolute_error'], 'every figure but the extreme');
  assert.ok(figures['r2']!.why === undefined);
});

test('bootstrap intervals of two classes: every figure has one, and around its value', async () => {
  const u = randoms(11);
  const lines = Array.from({ length: 500 }, (_, i) => {
    const score = Math.round(u() * 20) / 20;
    const truth = u() < score ? 1 : 0;
    return `${i},${truth},${score > 0.5 ? 1 : 0},${truth === 1 ? 1 - score : score}\n`;
  });
  const { task, figures } = await report(HEADER + lines.join(''), {
    task: 'auto',
    bootstrap: { resamples: 400, seed: 1 },
  });
  assert.equal(task, 'binary');
  for (const name of ['roc_auc', 'average_precision', 'f1', 'mcc', 'kappa', 'log_loss']) {
    const { value, low, high } = figures[name]!;
    assert.ok(low! < value && value < high! && high! - low! < 0.25, `${name}: ${low} ${value} ${high}`);
  }
  assert.ok(Object.values(figures).every(({ low }) => low !== undefined));
});

test('bootstrap intervals of three classes; a figure that a resample cannot answer has none', async () => {
  const rows = Array.from(
    { length: 300 },
    (_, i) => `${i},${'abc'[i % 3]},${'aab'[i % 3]},${i % 3 === 0 ? 0 : 1}\n`,
  );
  const rare = '300,d,d,0\n';
  const options = { task: 'auto', bootstrap: { resamples: 200, seed: 1 } } as const;
  const { figures } = await report(HEADER + rows.join(''), options);
  assert.ok(figures['kappa']!.low! < figures['kappa']!.value);
  assert.ok(figures['balanced_accuracy']!.low !== undefined);
  assert.ok((await report(HEADER + rows.join('') + rare, options)).figures['mcc']!.low !== undefined);
  const { figures: few } = await report(`${HEADER}1,a,a,0\n2,b,b,0\n`, options);
  assert.equal(few['mcc']!.low, undefined);
});
