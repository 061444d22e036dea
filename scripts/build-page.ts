/**
 * The part of the build that `tsc` does not do: the page's script as one file, and what else the page and
 * the pictures read, beside the compiled code. `node scripts/build-page.ts [DIST]`
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlePage } from '../src/plot/page-bundle.ts';

const out = join(process.argv[2] ?? join(import.meta.dirname, '../dist'), 'plot');
const source = join(import.meta.dirname, '../src/plot');

await mkdir(join(out, 'page'), { recursive: true });
await writeFile(join(out, 'page/page.js'), await bundlePage());
for (const name of ['page/index.html', 'page/page.css', 'page/favicon.svg', 'fonts']) {
  await cp(join(source, name), join(out, name), { recursive: true });
}
