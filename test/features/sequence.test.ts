import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Dataset } from '../../src/features/dataset.ts';
import { draw, shuffled } from '../../src/features/random.ts';
import { isRefused } from '../../src/features/rows.ts';
import { sequence, type SequenceOptions } from '../../src/features/sequence.ts';
import { folder } from './files.ts';

const COLUMNS = {
  target: 'y',
  id: undefined,
  time: undefined,
  truthTime: undefined,
  features: undefined,
  tags: [],
  needsTime: false,
};

/** A file whose row n holds n, and every eleventh row is one that is refused. */
async function numbered(path: string, cacheBytesMax: number): Promise<Dataset> {
  return Dataset.open({ ...COLUMNS, data: path, cacheBytesMax });
}

async function take(
  dataset: Dataset,
  options: SequenceOptions,
  start: { seq: number; rowsPerPass: number | undefined },
  count: number,
): Promise<string[]> {
  const seen: string[] = [];
  let expectedSeq = start.seq;
  for await (const { firstSeq, pass, rows } of sequence(dataset, options, start)) {
    assert.equal(firstSeq, expectedSeq);
    expectedSeq += rows.length;
    for (const row of rows) seen.push(`${pass}:${isRefused(row) ? `line ${row.line}` : row.body[0]}`);
    if (seen.length >= count) break;
  }
  return seen.slice(0, count);
}

test('a run goes on at any row as if it had never stopped: in order or shuffled, kept or read again', async () => {
  await using dir = await folder();
  const lines = Array.from({ length: 97 }, (_, i) => (i % 11 === 5 ? `${i}` : `${i},${i}`));
  const path = await dir.write('numbered.csv', `x,y\n${lines.join('\n')}\n`);
  const cases = fc.record({
    order: fc.constantFrom('file' as const, 'random' as const),
    seed: fc.nat(),
    shuffleRowsMax: fc.integer({ min: 1, max: 120 }),
    seq: fc.nat(290),
    isKept: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ order, seed, shuffleRowsMax, seq, isKept }) => {
      const cacheBytesMax = isKept ? 1e6 : 0;
      const options = { order, seed, shuffleRowsMax, passes: 3 };
      const whole = await take(
        await numbered(path, cacheBytesMax),
        options,
        { seq: 0, rowsPerPass: undefined },
        291,
      );
      assert.equal(whole.length, 291);
      assert.equal(new Set(whole).size, 291);
      const start = { seq, rowsPerPass: seq >= 97 ? 97 : undefined };
      const rest = await take(await numbered(path, cacheBytesMax), options, start, 291 - seq);
      assert.deepEqual(rest, whole.slice(seq));
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('random order differs between passes and seeds, and keeps within its buffer', async () => {
  await using dir = await folder();
  const lines = Array.from({ length: 200 }, (_, i) => `${i},${i}`);
  const dataset = await numbered(await dir.write('numbered.csv', `x,y\n${lines.join('\n')}\n`), 1e6);
  const options = { order: 'random', seed: 1, shuffleRowsMax: 50, passes: 2 } as const;
  const start = { seq: 0, rowsPerPass: undefined };
  const rows = (await take(dataset, options, start, 400)).map((text) => Number(text.split(':')[1]));
  assert.ok(rows.slice(0, 200).every((row, at) => Math.floor(row / 50) === Math.floor(at / 50)));
  assert.notDeepEqual(rows.slice(0, 200), rows.slice(200));
  const other = await take(dataset, { ...options, seed: 2 }, start, 200);
  assert.notDeepEqual(other, await take(dataset, options, start, 200));
});

test('a file of which no row can be used is not gone round for ever', async () => {
  await using dir = await folder();
  const dataset = await numbered(await dir.write('bad.csv', 'x,y\n1\n2\n'), 1e6);
  const options = { order: 'file', seed: 1, shuffleRowsMax: 10, passes: undefined } as const;
  await assert.rejects(
    take(dataset, options, { seq: 0, rowsPerPass: undefined }, 10),
    /none of its rows could be used: line 2: it has 1 cell, the header has 2/,
  );
});

test('draw() is even over [0, 1) for neighbouring coordinates, also beyond 32 bits', () => {
  const bins = new Float64Array(64);
  const count = 64_000;
  for (let i = 0; i < count; i += 1) {
    const drawn = draw(7, 2 ** 33 - count / 2 + i, 3);
    const bin = Math.floor(drawn * bins.length);
    bins[bin] = (bins[bin] ?? NaN) + 1;
  }
  const expected = count / bins.length;
  const chiSquare = bins.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
  // 99.9th percentile of chi-square with 63 degrees of freedom (scipy.stats.chi2.ppf)
  assert.ok(chiSquare < 103.44, `chi-square is ${chiSquare}`);
  assert.equal(draw(7, 1, 2), draw(7, 1, 2));
  assert.notEqual(draw(7, 1, 2), draw(7, 2, 1));
});

test('shuffled() gives each number once', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(), (count, seed) => {
      const order = shuffled(count, seed, 0, 0);
      assert.deepEqual(
        Array.from(order).toSorted((a, b) => a - b),
        Array.from({ length: count }, (_, i) => i),
      );
    }),
    { seed: 1 },
  );
});
