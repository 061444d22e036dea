import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import pino from 'pino';
import { pictureLook, type Chart } from '../../src/plot/charts/chart.ts';
import { errorDistribution } from '../../src/plot/charts/error-distribution.ts';
import { distributionOf } from '../../src/plot/charts-of-model.ts';
import { Drawer } from '../../src/plot/drawer.ts';
import { Pictures } from '../../src/plot/pictures.ts';
import { modelOf, someErrors } from './snapshots.ts';

test('the pictures are whole, the only files there, and in step with the latest chart', async (t) => {
  const { pictures, drawn, outDir } = await started(t, { redrawEveryMs: 0 });
  pictures.offer(chartOf(10));
  assert.equal(await drawn(), 'drawn');
  assert.deepEqual((await readdir(outDir)).toSorted(), ['error_distribution.png', 'error_distribution.svg']);
  assert.match(await svgIn(outDir), /on 10 rows/);
  const png = await readFile(join(outDir, 'error_distribution.png'));
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.equal(png.subarray(-8, -4).toString('latin1'), 'IEND');
});

test('nothing is drawn without something new, and what is new at the end is drawn on stop', async (t) => {
  const { pictures, drawn, outDir, drawings } = await started(t, { redrawEveryMs: 3_600_000 });
  pictures.offer(chartOf(10));
  await drawn();
  pictures.offer(chartOf(10));
  pictures.offer(chartOf(20));
  pictures.offer(chartOf(30));
  assert.equal(drawings.length, 1, 'the hour is not over');
  await pictures.stop();
  assert.equal(drawings.length, 2);
  assert.match(await svgIn(outDir), /on 30 rows/);
  await pictures.stop();
  assert.equal(drawings.length, 2);
});

test('a directory that cannot be written is said once, stops nothing, and is used once it can be', async (t) => {
  const { pictures, drawn, outDir, lines } = await started(t, { redrawEveryMs: 0, blocked: true });
  pictures.offer(chartOf(10));
  // It goes on trying as long as the picture is not there.
  assert.equal(await drawn(), 'failed');
  assert.equal(await drawn(), 'failed');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /Cannot keep .*error_distribution\.png up to date: E(EXIST|NOTDIR)/);
  assert.ok(pictures.latest, 'the page has it all the same');
  await rm(outDir);
  while ((await drawn()) === 'failed');
  assert.match(await svgIn(outDir), /on 10 rows/);
  assert.equal(lines.length, 2);
});

test('drawing leaves the event loop free', async () => {
  await using drawer = new Drawer();
  await drawer.draw(chartOf(10));
  const progress = { turns: 0, isDrawn: false };
  const drawing = drawer.draw(chartOf(10_000)).then(() => (progress.isDrawn = true));
  while (!progress.isDrawn) {
    await new Promise((resolve) => setImmediate(resolve));
    progress.turns++;
  }
  await drawing;
  // A drawing in this thread leaves one; how many there are otherwise depends on how fast the machine draws.
  assert.ok(progress.turns > 10, `only ${progress.turns} turns of the loop during a drawing`);
});

test('a chart that cannot be drawn is an error, and the next one is drawn', async () => {
  await using drawer = new Drawer();
  const broken = { spec: { mark: 'no such mark' }, data: {}, summary: '' } as unknown as Chart;
  await assert.rejects(drawer.draw(broken), /Cannot draw: /);
  assert.match((await drawer.draw(chartOf(10))).svg, /on 10 rows/);
});

test('a drawing thread that ends is started anew', async () => {
  const drawer = new Drawer();
  const drawing = drawer.draw(chartOf(10));
  const ended = assert.rejects(drawing, /Cannot draw: the drawing thread was stopped/);
  await drawer[Symbol.asyncDispose]();
  await ended;
  assert.match((await drawer.draw(chartOf(10))).svg, /on 10 rows/);
  await drawer[Symbol.asyncDispose]();
});

function chartOf(rows: number): Chart {
  const distribution = distributionOf(modelOf(someErrors(rows)), undefined);
  assert.ok(distribution);
  return errorDistribution(distribution, pictureLook('light'));
}

const svgIn = (outDir: string) => readFile(join(outDir, 'error_distribution.svg'), 'utf8');

/** Pictures in a new directory, or where a file stands in its place; `drawn` gives the result of each drawing in turn. */
async function started(
  t: TestContext,
  { redrawEveryMs, blocked = false }: { redrawEveryMs: number; blocked?: boolean },
) {
  const parent = await mkdtemp(join(tmpdir(), 'aftermath-plot-'));
  const outDir = join(parent, 'logs');
  await (blocked ? writeFile(outDir, 'in the way') : mkdir(outDir));
  const lines: string[] = [];
  const log = pino(
    {},
    { write: (line) => void lines.push(String((JSON.parse(line) as { msg: unknown }).msg)) },
  );
  const drawings: string[] = [];
  const untold: string[] = [];
  let tell = Promise.withResolvers<void>();
  const pictures = new Pictures('error_distribution', {
    outDir,
    redrawEveryMs,
    log,
    onDrawn: ({ result }) => {
      drawings.push(result);
      untold.push(result);
      tell.resolve();
    },
  });
  t.after(async () => {
    await pictures.stop();
    await rm(parent, { recursive: true });
  });
  const drawn = async () => {
    while (untold.length === 0) {
      tell = Promise.withResolvers<void>();
      await tell.promise;
    }
    return untold.shift();
  };
  return { pictures, outDir, lines, drawings, drawn };
}
