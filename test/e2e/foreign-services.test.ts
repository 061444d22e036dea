import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pythonWithPika } from '../setup/python.ts';
import { testBroker, type TestBroker } from '../setup/rabbitmq.ts';
import { eventually, Program } from './program.ts';

const PEERS = join(import.meta.dirname, 'peers');
const LINEAR = join(import.meta.dirname, '..', '..', 'examples', 'diabetes', 'diabetes_linear.pkl');

/** Id tokens as services of the field write them. */
const IDS = [
  '1700000000.0',
  '1e-05',
  '12345678901234567890',
  '12345678901234567891',
  '7',
  '"plain"',
  String.raw`"caf\u00e9"`,
  String.raw`"a\"b\\c"`,
  ...Array.from({ length: 92 }, (_, i) => `${1_700_000_001 + i}.${i * 10 + 5}`),
];
const BODY = Array.from({ length: 10 }, (_, i) => (i - 4) / 100);

const ROLES = ['features', 'model', 'metric'] as const;
type Role = (typeof ROLES)[number];

for (const theirs of ROLES) {
  for (const first of ['theirs', 'ours'] as const) {
    test(`a foreign ${theirs} service, ${first} started first: every row reaches the log with its id unchanged`, async () => {
      await using broker = await testBroker();
      const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
      const ours = ROLES.filter((role) => role !== theirs && role !== 'features');
      await using programs = new AsyncDisposableStack();
      const startTheirs = async () => {
        if (theirs === 'features') return;
        programs.use(await peer(theirs, broker, folder));
        await queueReader(broker, theirs === 'model' ? 'features' : 'y_pred');
      };
      const startOurs = async () => {
        for (const role of ours) programs.use(own(role, broker, folder));
        if (ours.includes('metric')) await queueReader(broker, 'y_pred');
        if (ours.includes('model')) await queueReader(broker, 'features');
      };
      if (theirs === 'features') {
        // What is published before anybody reads waits in the queues; so their end may come before our start.
        if (first === 'theirs') assert.equal(await (await peer('features', broker, folder)).ended(), 0);
        await startOurs();
        if (first === 'ours') programs.use(await peer('features', broker, folder));
      } else {
        if (first === 'theirs') await startTheirs();
        await startOurs();
        if (first === 'ours') await startTheirs();
        programs.use(own('features', broker, folder));
      }
      const log = join(folder, 'logs', 'metric_log.csv');
      const found = await eventually('every row in the log', () => {
        const ids = idsOf(log, theirs === 'metric');
        return ids.length >= IDS.length && ids;
      });
      assert.deepEqual(found.toSorted(), IDS.map(theirs === 'metric' ? (id) => id : logText).toSorted());
    });
  }
}

async function peer(role: Role, broker: TestBroker, folder: string): Promise<Program> {
  const python = await pythonWithPika();
  const file = join(folder, role === 'metric' ? 'logs' : 'rows.jsonl');
  if (role === 'features') {
    writeFileSync(file, IDS.map((id, i) => `[${id}, ${JSON.stringify(BODY)}, ${i}]\n`).join(''));
  }
  const log = join(folder, 'metric_log.csv');
  return new Program(python, [join(PEERS, `${role}.py`), broker.url, role === 'metric' ? log : file]);
}

function own(role: Role, broker: TestBroker, folder: string): Program {
  const common = ['--broker', broker.url, '--dialect', 'classic', '--port', '0'];
  const logs = ['--logs', join(folder, 'logs')];
  if (role === 'model') return Program.aftermath(['model', '--model', LINEAR, ...common]);
  if (role === 'metric') return Program.aftermath(['metric', ...logs, ...common]);
  const data = join(folder, 'rows.csv');
  const columns = BODY.map((_, i) => `x${i}`);
  const rows = IDS.map((id, i) => [csv(logText(id)), ...BODY, i].join(','));
  writeFileSync(data, `${['key', ...columns, 'y'].join(',')}\n${rows.join('\n')}\n`);
  const dataset = [
    '--data',
    data,
    '--target',
    'y',
    '--id',
    'key',
    '--rate',
    '500',
    '--rows',
    String(IDS.length),
  ];
  return Program.aftermath(['features', ...dataset, ...logs, ...common]);
}

/** Waits until somebody reads the queue. */
async function queueReader(broker: TestBroker, queue: string): Promise<void> {
  await eventually(`a reader of ${queue}`, async () => {
    const found: unknown = await broker
      .manage('GET', `/api/queues/${broker.vhost}/${queue}`)
      .catch(() => undefined);
    return typeof found === 'object' && found !== null && 'consumers' in found && Number(found.consumers) > 0;
  });
}

/** The first column: our log as it stands there, theirs as JSON tokens. */
function idsOf(log: string, isTheirs: boolean): string[] {
  const path = isTheirs ? log.replace('/logs/', '/') : log;
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(1, -1);
  return lines.map((line) => {
    if (isTheirs)
      return line.slice(0, line.lastIndexOf(',', line.lastIndexOf(',', line.lastIndexOf(',') - 1) - 1));
    const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(line) ?? [];
    return quoted?.replaceAll('""', '"') ?? plain ?? '';
  });
}

/** How an id stands in our log: a number as its token, a string decoded. */
function logText(token: string): string {
  return token.startsWith('"') ? String(JSON.parse(token)) : token;
}

function csv(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
