import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { bareEnvironment, oldNodeFolder, run } from './old-node.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The demonstration's data, as it lies in the installed package. */
const DIABETES = 'node_modules/aftermath/examples/diabetes';

let folder: string;
let installed: string;
/** What npm said when it installed the package. */
let said: string;
let packed: Packed;

/** What `npm pack --json` tells. */
interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aftermath-package-'));
  installed = join(folder, 'empty');
  await mkdir(installed);
  const env = bareEnvironment();
  // The compiler and the bundler run on the Node of the clone, as npm run arranges it.
  const pack = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, env });
  packed = readPacked(pack.stdout);
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)];
  const { stdout, stderr } = await run('npm', install, { cwd: installed, env });
  said = stdout + stderr;
});
after(() => rm(folder, { recursive: true, force: true }));

test('the package holds the compiled program, the page, the fonts and the demonstration, and no sources', () => {
  const paths = packed.files.map((file) => file.path);
  for (const path of [
    'bin/aftermath.cjs',
    'dist/main.js',
    'dist/plot/page/index.html',
    'dist/plot/page/page.js',
    'dist/plot/fonts/Inter-Regular.otf',
    'examples/diabetes/diabetes.csv',
    'examples/diabetes/diabetes_linear.pkl',
    'LICENSE',
    'README.md',
  ]) {
    assert.ok(paths.includes(path), `${path} is not in the package`);
  }
  const others = paths.filter((path) => /^(src|test|bench|scripts)\/|\.ts$/.test(path));
  assert.deepEqual(others, []);
});

test('npm has nothing to warn about when it installs, and nothing runs', () => {
  assert.doesNotMatch(said, /deprecated|install script|allow-?scripts|EBADENGINE|ERR|peer/i);
});

test('in an empty folder npx runs it on a new Node', () => runsOn(() => dirname(process.execPath)));

test('in an empty folder npx runs it on an old Node', () => runsOn(() => oldNodeFolder(join(folder, 'old'))));

async function runsOn(nodeFolder: () => string | Promise<string>): Promise<void> {
  const bare = bareEnvironment();
  const env = { ...bare, PATH: [await nodeFolder(), bare['PATH']].join(delimiter) };
  const logs = await mkdtemp(join(folder, 'logs-'));
  const aftermath = async (...args: string[]) => {
    const { stdout, stderr } = await run('npx', ['aftermath', ...args], { cwd: installed, env });
    assert.doesNotMatch(stderr, /Warning/);
    return stdout;
  };

  const about: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  assert.equal((await aftermath('--version')).trim(), (about as { version: string }).version);

  const data = ['--data', `${DIABETES}/diabetes.csv`, '--target', 'progression'];
  const model = ['--model', `${DIABETES}/diabetes_linear.pkl`];
  const flow = ['--rows', '442', '--rate', '0', '--order', 'file', '--logs', logs, '--no-page'];
  await aftermath('run', ...data, ...model, ...flow);
  const log = join(logs, 'metric_log.csv');
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, 1 + 442);
  assert.equal(lines[0], 'id,y_true,y_pred,absolute_error');
  await access(join(logs, 'error_distribution.png'));

  const report = await aftermath('report', log);
  assert.match(report, /43\.2775/);
  assert.match(report, /0\.5177/);
}

/** npm prints what the build says before its JSON; and lists one package, or keys it by name. */
function readPacked(stdout: string): Packed {
  const answer: unknown = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
  const [first] = Object.values(answer as Record<string, Packed>);
  assert.ok(first !== undefined, `npm pack said nothing of a package: ${stdout}`);
  return first;
}
