import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, Program } from '../e2e/program.ts';
import { testSchema } from '../setup/postgres.ts';
import { testBroker } from '../setup/rabbitmq.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Lines that are run elsewhere: by the package tests, by the gate itself, by a script with a Docker engine. */
const RUN_ELSEWHERE = [
  /^npm (install|run ok|test|start|run \w+)\b/,
  /^docker compose /,
  /^bash scripts\/[\w-]+\.sh/,
  // By backup.test.ts, on a ledger in use.
  /^(sqlite3|pg_dump|psql) /,
];

/** The database of the documents. */
const DATABASE = 'postgres://metric@db.internal/aftermath';

const SERVICE = /^npx aftermath (features|model|metric|plot)\b/;

interface Line {
  readonly file: string;
  readonly text: string;
}

const LINES = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: ROOT })].flatMap((file) =>
  linesOf(file),
);

/** The lines of shell in a document, in their order. */
function linesOf(file: string): Line[] {
  const blocks = readFileSync(join(ROOT, file), 'utf8').matchAll(/^```sh\n(.*?)^```/gms);
  return [...blocks].flatMap(([, block]) =>
    (block ?? '')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((text) => ({ file, text })),
  );
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'aftermath-docs-'));
  symlinkSync(join(ROOT, 'examples'), join(path, 'examples'));
  return path;
}

function words(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

test('every command in the documents is one that is run', () => {
  const unknown = LINES.filter(
    ({ text }) =>
      !text.startsWith('npx aftermath ') &&
      !text.split('&&').every((part) => RUN_ELSEWHERE.some((known) => known.test(part.trim()))),
  );
  assert.deepEqual(unknown, []);
});

test('the commands of the documents end as they should, one after the other in an empty folder', async () => {
  const cwd = folder();
  await using schema = await testSchema();
  const commands = LINES.filter(({ text }) => text.startsWith('npx aftermath ') && !SERVICE.test(text));
  assert.ok(commands.length >= 4, 'there are some');
  for (const { file, text } of commands) {
    const args = words(text).slice(2);
    // What looks after a ledger connects to it; the others only name one.
    const real = args[0] === 'ledger' ? args.map((arg) => (arg === DATABASE ? schema.url : arg)) : args;
    await using program = Program.aftermath(real, {}, cwd);
    assert.equal(await program.ended(), 0, `${file}: ${text}\n${program.stdout}${program.stderr}`);
  }
  assert.ok(existsSync(join(cwd, 'out', 'metric_log.csv')));
});

test('the four services of the README work together over RabbitMQ, and stop when asked', async () => {
  await using broker = await testBroker();
  const cwd = folder();
  await using programs = new AsyncDisposableStack();
  const services = LINES.filter(({ file, text }) => file === 'README.md' && SERVICE.test(text));
  assert.equal(services.length, 4);
  const started = services.map(({ text }) =>
    programs.use(
      Program.aftermath([...words(text).slice(2), '--port', '0'], { RABBITMQ_URL: broker.url }, cwd),
    ),
  );
  const log = join(cwd, 'logs', 'metric_log.csv');
  await eventually(
    'ten outcomes in the log',
    () => existsSync(log) && readFileSync(log, 'utf8').split('\n').length > 11,
  );
  await eventually('the picture', () => existsSync(join(cwd, 'logs', 'error_distribution.png')));
  for (const program of started) program.signal('SIGTERM');
  for (const program of started) assert.equal(await program.ended(), 0, program.stderr);
});
