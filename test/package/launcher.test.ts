import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Program } from '../e2e/program.ts';
import { oldNodeFolder } from './old-node.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/aftermath.cjs');

/** Stands where the program would: tells what reached it, and does as its first argument says. */
const MAIN = `
process.emitWarning('of the future', 'ExperimentalWarning');
process.emitWarning('of the past', 'DeprecationWarning');
const [order, ...rest] = process.argv.slice(2);
const timer = setInterval(() => {}, 1000);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => { console.log('got ' + signal); process.exit(7); });
}
const launched = 'AFTERMATH_LAUNCHED' in process.env;
const { execArgv, pid, version } = process;
const arenas = process.env.MALLOC_ARENA_MAX;
console.log(JSON.stringify({ version, pid, rest, launched, execArgv, arenas }));
if (order === 'exit') process.exit(5);
if (order === 'die') process.kill(process.pid, 'SIGKILL');
if (order === 'read') { clearInterval(timer); process.stdin.pipe(process.stdout); }
`;

let folder: string;
let launcher: string;
let oldNode: string;
/** PATH with a Node that is new enough. */
let newPath: Record<string, string>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aftermath-launcher-'));
  launcher = join(folder, 'app/bin/aftermath.cjs');
  for (const name of ['app/bin', 'app/dist', 'empty', 'old'])
    await mkdir(join(folder, name), { recursive: true });
  await copyFile(LAUNCHER, launcher);
  await writeFile(join(folder, 'app/package.json'), '{"type": "module"}');
  await writeFile(join(folder, 'app/dist/main.js'), MAIN);
  oldNode = join(await oldNodeFolder(join(folder, 'old')), 'node');
  newPath = { PATH: [dirname(oldNode), dirname(process.execPath)].join(delimiter) };
});
after(() => rm(folder, { recursive: true, force: true }));

test('a new Node runs the program itself, an old one starts a new one', async () => {
  await using own = new Program(process.execPath, [launcher, 'exit'], newPath);
  assert.equal(await own.ended(), 5);
  assert.equal(told(own).pid, own.pid);
  await using other = new Program(oldNode, [launcher, 'exit', 'two words', '--flag='], newPath);
  assert.equal(await other.ended(), 5);
  const { pid, ...rest } = told(other);
  assert.notEqual(pid, other.pid);
  const expected = {
    version: process.version,
    rest: ['two words', '--flag='],
    launched: false,
    execArgv: [],
  };
  assert.deepEqual(rest, expected);
});

test('a service is started with what V8 and the C library have to know, by a new Node in its own place', async () => {
  for (const node of [process.execPath, oldNode]) {
    await using program = new Program(node, [launcher, 'metric', 'two words'], newPath);
    await program.says(/pid/);
    const { pid, execArgv, rest, launched, arenas } = told(program);
    assert.equal(pid === program.pid, node === process.execPath);
    const flags = ['--max-semi-space-size=16', '--heap-growing-percent=60'];
    assert.deepEqual({ execArgv, arenas }, { execArgv: flags, arenas: '1' });
    assert.deepEqual({ rest, launched }, { rest: ['two words'], launched: false });
    program.signal('SIGTERM');
    assert.equal(await program.ended(), 7);
    assert.doesNotMatch(program.stderr, /Experimental/);
  }
});

test('all four in one process have twice as much for young objects', async () => {
  await using program = new Program(process.execPath, [launcher, 'run'], newPath);
  await program.says(/pid/);
  assert.deepEqual(told(program).execArgv, ['--max-semi-space-size=32']);
});

test('what somebody else has told the C library stays', async () => {
  await using program = new Program(process.execPath, [launcher, 'metric'], { MALLOC_ARENA_MAX: '4' });
  await program.says(/pid/);
  assert.equal(told(program).arenas, '4');
});

test('the Node that was installed with the package needs no PATH', async () => {
  const { platform, arch } = process;
  const pinned = join(
    folder,
    'node_modules',
    `node-${platform === 'linux' ? '' : 'bin-'}${platform}-${arch}`,
    'bin',
  );
  await mkdir(pinned, { recursive: true });
  await symlink(process.execPath, join(pinned, 'node'));
  try {
    await using program = new Program(oldNode, [launcher, 'exit'], { PATH: join(folder, 'empty') });
    assert.equal(await program.ended(), 5);
    assert.equal(told(program).version, process.version);
  } finally {
    await rm(join(folder, 'node_modules'), { recursive: true });
  }
});

test('without a new Node anywhere it says in one sentence what to install', async () => {
  await using program = new Program(oldNode, [launcher, 'exit'], { PATH: dirname(oldNode) });
  assert.equal(await program.ended(), 1);
  assert.match(
    program.stderr,
    /^Cannot start aftermath: this is Node v\d+\S*, and no Node 24 or later .*\n$/,
  );
  assert.equal(program.stdout, '');
});

test('warnings about what was experimental are dropped, others are not', async () => {
  await using program = new Program(process.execPath, [launcher, 'read'], newPath);
  assert.equal(await program.ended(), 0);
  assert.doesNotMatch(program.stderr, /Experimental/);
  assert.match(program.stderr, /DeprecationWarning: of the past/);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} reaches the program, and its exit code comes back`, async () => {
    await using program = new Program(oldNode, [launcher, 'wait'], newPath);
    await program.says(/pid/);
    program.signal(signal);
    assert.equal(await program.ended(), 7);
    assert.match(program.stdout, new RegExp(`got ${signal}`));
  });
}

test('what was compiled is kept beside the code; where that cannot be, the program runs all the same', async () => {
  const kept = join(folder, 'app/node_modules/.cache/aftermath');
  await using first = new Program(process.execPath, [launcher, 'exit'], newPath);
  assert.equal(await first.ended(), 5);
  assert.ok((await readdir(kept, { recursive: true })).length > 1);
  await rm(kept, { recursive: true });
  await writeFile(kept, 'a file where the folder would be');
  await using other = new Program(process.execPath, [launcher, 'exit'], newPath);
  assert.equal(await other.ended(), 5);
  await rm(kept);
});

test('a program that a signal killed is seen so', async () => {
  await using program = new Program(oldNode, [launcher, 'die'], newPath);
  assert.equal(await program.ended(), -1);
});

test('a launcher that is killed outright takes the program along', async () => {
  await using program = new Program(oldNode, [launcher, 'wait'], newPath);
  await program.says(/pid/);
  program.signal('SIGKILL');
  // Ended is when the output is closed, and the program holds that too.
  assert.equal(await program.ended(), -1);
  assert.match(program.stdout, /got SIGTERM/);
});

function told(program: Program): {
  version: string;
  pid: number;
  rest: string[];
  launched: boolean;
  execArgv: string[];
  arenas?: string;
} {
  return JSON.parse(program.stdout.split('\n')[0] ?? '') as ReturnType<typeof told>;
}
