import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { pictureLook } from '../../src/plot/charts/chart.ts';
import { errorDistribution } from '../../src/plot/charts/error-distribution.ts';
import { distributionOf } from '../../src/plot/charts-of-model.ts';
import { modelOf, someErrors } from './snapshots.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

test('compiled, the drawing thread, the fonts and the page are where the code looks for them', async (t) => {
  // Below the root, so that the packages are found.
  await mkdir(join(root, 'test-results'), { recursive: true });
  const dist = await mkdtemp(join(root, 'test-results/built-'));
  t.after(() => rm(dist, { recursive: true }));
  const node = process.execPath;
  const only = {
    extends: '../../tsconfig.build.json',
    compilerOptions: { outDir: '.' },
    include: ['../../src/plot/**/*.ts'],
  };
  await writeFile(join(dist, 'tsconfig.json'), JSON.stringify(only));
  await run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', dist]);
  await run(node, [join(root, 'scripts/build-page.ts'), dist], { cwd: root });
  assert.deepEqual((await readdir(join(dist, 'plot/page'))).toSorted(), [
    'favicon.svg',
    'index.html',
    'page.css',
    'page.js',
  ]);

  // A process of its own: what is loaded here would hide what is missing there.
  const distribution = distributionOf(modelOf(someErrors(10)), undefined);
  assert.ok(distribution);
  const chart = JSON.stringify(errorDistribution(distribution, pictureLook('light')));
  const module = (path: string) => JSON.stringify(pathToFileURL(join(dist, path)).href);
  const program = `
    const { Drawer } = await import(${module('plot/drawer.js')});
    const { pageFile, PAGE_PATHS } = await import(${module('plot/page-files.js')});
    const drawer = new Drawer();
    const { svg, png } = await drawer.draw(${chart});
    await drawer[Symbol.asyncDispose]();
    const sizes = await Promise.all(PAGE_PATHS.map(async (path) => (await pageFile(path)).body.length));
    console.log(JSON.stringify({ svg, bytes: png.length, sizes }));`;
  const { stdout } = await run(node, ['--input-type=module', '-e', program], { maxBuffer: 1e7 });
  const { svg, bytes, sizes } = JSON.parse(stdout) as { svg: string; bytes: number; sizes: number[] };
  assert.match(svg, /on 10 rows/);
  assert.ok(bytes > 10_000);
  assert.ok(sizes.every((size) => size > 100));
});
