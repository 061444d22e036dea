import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readCsv, type CsvRow } from '../../src/service/csv.ts';
import { folder } from '../features/files.ts';

async function read(path: string): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const some of readCsv(path)) rows.push(...some);
  return rows;
}

async function cellsOf(content: string | Uint8Array): Promise<(readonly string[])[]> {
  await using dir = await folder();
  return (await read(await dir.write('data.csv', content))).map(({ cells }) => cells);
}

const CELL = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('', '"', 'a,b', 'a;b', 'two\nlines', 'two\r\nlines', '"quoted"', ' space ', 'é', '1.5'),
);

/** Tables whose cells have no line ends at the end of a row that would be taken for the row's own. */
const TABLE = fc
  .integer({ min: 2, max: 5 })
  .chain((width) =>
    fc.array(fc.array(CELL, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
  )
  .map((rows) => [['first', 'second', 'third', 'fourth', 'fifth'].slice(0, rows[0]?.length), ...rows])
  .filter((rows) =>
    rows.every((row) => row.every((cell) => !/\r(?!\n)/.test(cell) && !cell.includes('\uFFFD'))),
  );

test('readCsv() reads back every table, quoted, with any line ends, with a byte-order mark, and in gzip', async () => {
  await using dir = await folder();
  const layouts = fc.record({
    table: TABLE,
    lineEnd: fc.constantFrom('\n', '\r\n'),
    separator: fc.constantFrom(',', ';', '\t'),
    bom: fc.boolean(),
    gzip: fc.boolean(),
    ended: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(layouts, async ({ table, lineEnd, separator, bom, gzip, ended }) => {
      const lines = table.map((row) => row.map((cell) => quoted(cell)).join(separator));
      const text = (bom ? '\uFEFF' : '') + lines.join(lineEnd) + (ended ? lineEnd : '');
      const path = await dir.write('table.csv', gzip ? gzipSync(text) : text);
      const rows = await read(path);
      assert.deepEqual(
        rows.map(({ cells }) => cells),
        table,
      );
      assert.ok(rows.every(({ problem }) => problem === undefined));
    }),
    { seed: 1, numRuns: 200 },
  );
});

function quoted(cell: string): string {
  return /^[\w.]+$/.test(cell) ? cell : `"${cell.replaceAll('"', '""')}"`;
}

test('readCsv() reads rows across the borders of what is read at once, and tells their lines', async () => {
  await using dir = await folder();
  const lines = Array.from({ length: 30_000 }, (_, i) =>
    i % 7 === 0 ? `${i},"a ""b""\nsecond line ${'x'.repeat(i % 50)}"` : `${i},${'y'.repeat(i % 40)}`,
  );
  const rows = await read(await dir.write('long.csv', `id,text\n${lines.join('\n')}\n`));
  assert.equal(rows.length, 30_001);
  assert.deepEqual(rows[8]?.cells, ['7', 'a "b"\nsecond line xxxxxxx']);
  assert.equal(rows[8]?.line, 10);
  assert.deepEqual(rows[30_000]?.cells, ['29999', 'y'.repeat(29_999 % 40)]);
  assert.equal(rows[30_000]?.line, 30_001 + Math.ceil(29_999 / 7));
});

test('readCsv() reads files of old Macs, blank lines, a last line without an end, and mixed line ends', async () => {
  assert.deepEqual(await cellsOf('a,b\r1,2\r3,4'), [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
  ]);
  assert.deepEqual(await cellsOf('a,b\n\n1,2\n  \n\r\n3,4\r\n\n'), [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('readCsv() takes the separator of the header, not one in its quotes', async () => {
  assert.deepEqual(await cellsOf('"a,b,c";d\n"1,5";2\n'), [
    ['a,b,c', 'd'],
    ['1,5', '2'],
  ]);
});

test('readCsv() reads gzip of several members, as cat and log rotation make it', async () => {
  const bytes = Buffer.concat([gzipSync('a,b\n1,2\n'), gzipSync('3,4\n')]);
  assert.deepEqual(await cellsOf(bytes), [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('a quote that is never closed costs its own line only', async () => {
  await using dir = await folder();
  const rows = await read(await dir.write('open.csv', 'a,b\n1,2\n3,"4\n5,6\n7,"8"\n9,10\n'));
  assert.deepEqual(
    rows.map(({ line, cells, problem }) => [line, problem === undefined ? cells.join() : 'refused']),
    [
      [1, 'a,b'],
      [2, '1,2'],
      [3, 'refused'],
      [4, '5,6'],
      [5, '7,8'],
      [6, '9,10'],
    ],
  );
});

test('bytes that are not UTF-8 make their row a problem and no other', async () => {
  await using dir = await folder();
  const latin1 = Buffer.from('a,b\nx,1\nMünchen,2\ny,3\n', 'latin1');
  const rows = await read(await dir.write('latin1.csv', latin1));
  assert.deepEqual(
    rows.map(({ problem }) => problem),
    [undefined, undefined, 'it is not text in UTF-8', undefined],
  );
});

test('a file that is not there, a folder, an empty file and other kinds of file each get their error', async () => {
  await using dir = await folder();
  const cases: [string, RegExp][] = [
    [`${dir.path}/nowhere.csv`, /Cannot read data file .*nowhere\.csv: there is no such file/],
    [dir.path, /it is a folder\. Name a CSV file/],
    [await dir.write('empty.csv', ''), /it is empty/],
    [`${await dir.write('file', 'x')}/data.csv`, /part of the path is not a folder/],
    [await dir.write('a.zip', 'PK\x03\x04rest'), /it is a zip archive, expected CSV/],
    [await dir.write('a.parquet', 'PAR1rest'), /it is a Parquet file/],
    [await dir.write('utf16.csv', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')), /it is text in UTF-16/],
    [
      await dir.write('cut.csv.gz', gzipSync('a,b\n'.repeat(9999)).subarray(0, 40)),
      /gzip data is damaged or cut off/,
    ],
    [
      await dir.write('bad.csv.gz', Buffer.from('1f8b0800ffffffff', 'hex')),
      /gzip data is damaged or cut off/,
    ],
  ];
  for (const [path, expected] of cases) {
    await assert.rejects(read(path), { name: 'AftermathError', consequence: 'stop', message: expected });
  }
});

test('readCsv() tells how far in the file it is, to its last byte, also where it is gzip', async () => {
  await using dir = await folder();
  const text = 'a,b\n' + '1,2\n'.repeat(200_000);
  for (const content of [text, gzipSync(text)]) {
    const path = await dir.write('data.csv', content);
    const seen: number[] = [];
    for await (const _ of readCsv(path, (bytes) => seen.push(bytes))) continue;
    assert.equal(seen.at(-1), content.length);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
  }
});
