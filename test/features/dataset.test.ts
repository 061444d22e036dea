import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Dataset, type DatasetOptions } from '../../src/features/dataset.ts';
import { isRefused, type RefusedRow, type Row } from '../../src/features/rows.ts';
import { decodeFeatures, encodeFeatures } from '../../src/wire/features.ts';
import { DIABETES, folder } from './files.ts';

const OPTIONS = {
  target: 'y',
  id: undefined,
  time: undefined,
  truthTime: undefined,
  features: undefined,
  tags: [],
  needsTime: false,
  cacheBytesMax: 8 * 1024 * 1024,
} satisfies Omit<DatasetOptions, 'data'>;

async function pass(dataset: Dataset): Promise<(Row | RefusedRow)[]> {
  const rows: (Row | RefusedRow)[] = [];
  for await (const some of dataset.pass()) rows.push(...some);
  return rows;
}

async function rowsOf(content: string, options: Partial<DatasetOptions> = {}): Promise<(Row | RefusedRow)[]> {
  await using dir = await folder();
  return await pass(
    await Dataset.open({ ...OPTIONS, data: await dir.write('data.csv', content), ...options }),
  );
}

test('the diabetes data: ten features and a number as truth, plain and in gzip', async () => {
  await using dir = await folder();
  const zipped = await dir.write('diabetes.csv.gz', gzipSync(await readFile(DIABETES)));
  for (const data of [DIABETES, zipped]) {
    const dataset = await Dataset.open({ ...OPTIONS, data, target: 'progression' });
    const rows = (await pass(dataset)) as Row[];
    assert.equal(rows.length, 442);
    assert.equal(dataset.rowsPerPass, 442);
    assert.deepEqual(
      dataset.columns.features.map(({ name }) => name).join(),
      'age,sex,bmi,bp,s1,s2,s3,s4,s5,s6',
    );
    assert.equal(rows[0]?.body[0], 0.038075906433423026);
    assert.deepEqual(rows[441]?.label, {
      number: 442,
      id: undefined,
      truth: 57,
      timeMs: undefined,
      truthTimeMs: undefined,
      tags: undefined,
    });
  }
});

test('rows of a small file are kept between passes, those of a larger one are read again', async () => {
  const small = await Dataset.open({ ...OPTIONS, data: DIABETES, target: 'progression' });
  const large = await Dataset.open({
    ...OPTIONS,
    data: DIABETES,
    target: 'progression',
    cacheBytesMax: 100_000,
  });
  const [first, again] = [await pass(small), await pass(small)];
  assert.ok(small.isKept && first.every((row, i) => row === again[i]));
  const [one, two] = [await pass(large), await pass(large)];
  assert.ok(!large.isKept && one[0] !== two[0]);
  assert.deepEqual(one, two);
});

test('the JSON of a kept row carries its numbers as they stand in the file', async () => {
  const [row] = (await rowsOf('a,b,c,d,e,y\n1.50,1e-05,.5,,"x ""y""",1\n')) as Row[];
  assert.ok(row);
  const record = { id: '"1"', timeMs: undefined, tags: undefined, weight: undefined, body: row.body };
  const payload = encodeFeatures([record], 'classic')[0];
  assert.ok(payload);
  assert.equal(
    Buffer.from(payload.bytes()).toString(),
    '{"id":"1","body":[1.50,1e-05,0.5,null,"x \\"y\\""]}',
  );
  assert.deepEqual(decodeFeatures(payload, { nowMs: Date.now() }).records, [record]);
});

test('features are all columns but target, id, times, tags and the index that pandas writes', async () => {
  const text = ',a,id,when,seen,site,y,b\n0,1,k,2026-01-01,2026-01-02T00:00:00Z,LAS,3,4\n';
  const roles = { id: 'id', time: 'when', truthTime: 'seen', tags: ['site'] };
  const [row] = (await rowsOf(text, roles)) as Row[];
  assert.deepEqual(row, {
    body: [1, 4],
    label: {
      number: 1,
      id: '"k"',
      truth: 3,
      timeMs: Date.UTC(2026, 0, 1),
      truthTimeMs: Date.UTC(2026, 0, 2),
      tags: { site: 'LAS' },
    },
  });
});

test('named features come in the order in which they are named', async () => {
  const [row] = (await rowsOf('a,b,c,y\n1,2,3,4\n', { features: ['c', 'a'] })) as Row[];
  assert.deepEqual(row?.body, [3, 1]);
});

test('an id is the token of a JSON number as it stands, else text', async () => {
  const ids = ['1700000000.0', '1e-05', '12345678901234567890', 'abc', 'a"b', '007', '  5 ', 'NaN'];
  const text = `id,x,y\n${ids.map((id) => `"${id.replaceAll('"', '""')}",1,2`).join('\n')}\n`;
  const rows = (await rowsOf(text, { id: 'id' })) as Row[];
  const tokens = ['1700000000.0', '1e-05', '12345678901234567890', '"abc"', '"a\\"b"', '"007"', '5', '"NaN"'];
  assert.deepEqual(
    rows.map(({ label }) => label.id),
    tokens,
  );
});

test('a row without a target has no truth; labels and booleans stay what they are', async () => {
  const truths = async (...cells: string[]): Promise<unknown[]> => {
    const rows = await rowsOf(`x,y\n${cells.map((cell) => `1,${cell}`).join('\n')}\n`);
    return rows.map((row) => (isRefused(row) ? row.reason : row.label.truth));
  };
  assert.deepEqual(await truths('', '1.5', 'NaN'), [undefined, 1.5, undefined]);
  assert.deepEqual(await truths('True', 'False', ''), [true, false, undefined]);
  assert.deepEqual(await truths('low', '7', 'True'), ['low', '7', 'True']);
  assert.deepEqual(await truths('1', 'low'), [
    1,
    'the target is "low", where other rows have a number; expected a finite number',
  ]);
});

test('a row that cannot be used is refused with its line, and keeps its number; the others go on', async () => {
  const text =
    'id,x,when,y\nk1,1,2026-01-01,1\nk2,1\nk3,inf,2026-01-01,1\n,1,2026-01-01,1\nk5,1,soon,1\nk6,1,1767225600000,1\nk7,1,,1\nk8,2,1767225600,1\n';
  const rows = await rowsOf(text, { id: 'id', time: 'when', needsTime: true });
  const said = rows.map((row) => (isRefused(row) ? `${row.line}: ${row.reason}` : row.label.number));
  assert.deepEqual(said.slice(0, 4), [
    1,
    '3: it has 2 cells, the header has 4',
    '4: column "x" is "inf", which is not a finite number',
    '5: its id is empty',
  ]);
  assert.match(String(said[4]), /^6: time is the text "soon", expected epoch seconds or ISO 8601/);
  assert.match(String(said[5]), /^7: time is .* milliseconds; expected epoch seconds/);
  assert.deepEqual(said.slice(6), ['8: it has no time', 8]);
});

test('a file that cannot be used is refused when it is opened, and the error says why', async () => {
  await using dir = await folder();
  const cases: [string, string, RegExp][] = [
    ['header.csv', '1.5,2,3\n4,5,6\n', /its first line is all numbers, not a header/],
    [
      'target.csv',
      'age,sex,progression\n1,2,3\n',
      /no column "y" \(the target\)\. Its columns are "age", "sex", "progression"/,
    ],
    ['twice.csv', 'a,y,a\n1,2,3\n', /columns 1 and 3 of its header are both "a"/],
    ['nameless.csv', 'a,,y\n1,2,3\n', /column 2 of its header has no name/],
    ['only.csv', 'y\n1\n', /no column is left to predict from/],
    ['empty.csv', 'a,y\n', /it has a header and no rows/],
    ['blank.csv', '\n\n', /it is empty/],
  ];
  for (const [name, text, expected] of cases) {
    const data = await dir.write(name, text);
    await assert.rejects(
      Dataset.open({ ...OPTIONS, data }),
      { consequence: 'stop', message: expected },
      name,
    );
  }
  const latin1 = await dir.write('latin1.csv', Buffer.from('größe,y\n1,2\n', 'latin1'));
  await assert.rejects(Dataset.open({ ...OPTIONS, data: latin1 }), /in its header it is not text in UTF-8/);
  const both = await dir.write('both.csv', 'a,y\n1,2\n');
  await assert.rejects(
    Dataset.open({ ...OPTIONS, data: both, features: ['y'] }),
    /both the target and a feature/,
  );
});

test('a file that changes between passes ends the run', async () => {
  await using dir = await folder();
  const data = await dir.write('data.csv', 'a,y\n1,2\n');
  const dataset = await Dataset.open({ ...OPTIONS, data, cacheBytesMax: 0 });
  await pass(dataset);
  await dir.write('data.csv', 'a,y\n1,2\n3,4\n');
  await assert.rejects(pass(dataset), /it has changed since it was opened/);
});
