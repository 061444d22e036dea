import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testBroker } from '../setup/rabbitmq.ts';
import { Program } from './program.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'diabetes');
const DATA = join(EXAMPLE, 'diabetes.csv');
const LINEAR = join(EXAMPLE, 'diabetes_linear.pkl');

const folder = mkdtempSync(join(tmpdir(), 'refused-'));
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

interface Case {
  readonly what: string;
  readonly args: readonly string[];
  readonly code: 1 | 2;
  readonly says: RegExp;
}

const run = (flags: Readonly<Record<string, string>>) => {
  const given = { data: DATA, target: 'progression', model: LINEAR, logs: join(folder, 'logs'), ...flags };
  return [
    'run',
    '--rows',
    '5',
    '--no-page',
    ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]),
  ];
};

const CASES: readonly Case[] = [
  {
    what: 'a CSV that is not there',
    args: run({ data: join(folder, 'none.csv') }),
    code: 1,
    says: /Cannot read data file .*none\.csv: there is no such file/,
  },
  { what: 'a folder for a CSV', args: run({ data: folder }), code: 1, says: /it is a folder/ },
  {
    what: 'an empty CSV',
    args: run({ data: file('empty.csv', '') }),
    code: 1,
    says: /empty\.csv: it is empty/,
  },
  {
    what: 'a CSV without a header',
    args: run({ data: file('bare.csv', '1,2,3\n4,5,6\n') }),
    code: 1,
    says: /bare\.csv.*header/,
  },
  {
    what: 'a CSV that is no text',
    args: run({ data: file('zip.csv', 'PK\u0003\u0004rubbish') }),
    code: 1,
    says: /a zip archive, expected CSV/,
  },
  {
    what: 'a slice by what is no tag',
    args: run({ slice: 'sex' }),
    code: 2,
    says: /Cannot slice by "sex".*--tags/,
  },
  {
    what: 'a window that is none',
    args: run({ windows: 'sliding-10s' }),
    code: 2,
    says: /Cannot use --windows: found "sliding-10s", expected a window such as last-1000/,
  },
  {
    what: 'a target column that is not there',
    args: run({ target: 'progress' }),
    code: 1,
    says: /progress.*progression/s,
  },
  {
    what: 'a model file that is not there',
    args: run({ model: join(folder, 'none.pkl') }),
    code: 1,
    says: /none\.pkl.*(no such file|not there|does not exist)/,
  },
  {
    what: 'a model file that is none',
    args: run({ model: DATA }),
    code: 1,
    says: /Cannot load .*diabetes\.csv/,
  },
  {
    what: 'a log folder that is a file',
    args: run({ logs: file('logs-file', '') }),
    code: 1,
    says: /logs-file/,
  },
  {
    what: 'an unknown flag',
    args: [...run({}), '--colour', 'red'],
    code: 2,
    says: /unknown option '--colour'/,
  },
  {
    what: 'a malformed setting',
    args: run({ rate: 'fast' }),
    code: 2,
    says: /--rate: found "fast", expected a number of at least 0/,
  },
  {
    what: 'a missing target',
    args: ['run', '--data', DATA, '--model', LINEAR],
    code: 2,
    says: /--target is missing/,
  },
  {
    what: 'a broker that is no URL',
    args: run({ broker: 'rabbit' }),
    code: 2,
    says: /Cannot open the broker: found no URL/,
  },
  { what: 'a speed without times', args: run({ speed: '10' }), code: 2, says: /--time is missing/ },
  { what: 'an unknown command', args: ['predikt'], code: 2, says: /unknown command 'predikt'/ },
  {
    what: 'a quorum queue in a dialect of transient ones',
    args: ['metric', '--queue-type', 'quorum', '--dialect', 'classic', '--port', '0', '--logs', folder],
    code: 2,
    says: /--queue-type quorum with --dialect classic.*transient.*durable/,
  },
  { what: 'features with nothing to do', args: ['features'], code: 2, says: /--data.*--tasks-dir/s },
];

for (const { what, args, code, says } of CASES) {
  test(`${what} is refused with exit code ${code}`, async () => {
    await using program = Program.aftermath(args);
    assert.equal(await program.ended(), code, program.stdout + program.stderr);
    assert.match(program.stderr, says);
    assert.doesNotMatch(program.stderr, /\n\s+at /, 'no stack for an expected failure');
  });
}

test('a given port in use is an error that names it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const logs = join(folder, 'port');
  mkdirSync(logs);
  await using program = Program.aftermath(['run', '--logs', logs, '--port', port]);
  assert.equal(await program.ended(), 1);
  assert.match(program.stderr, new RegExp(`127.0.0.1:${port}: the port is in use. Give another with --port`));
  server.close();
});

test('a wrong password is an error that names user and host, and never the password', async () => {
  await using broker = await testBroker();
  const url = new URL(broker.url);
  url.username = 'guest';
  url.password = 'let-me-in-please';
  await using program = Program.aftermath([
    'metric',
    '--broker',
    url.href,
    '--logs',
    join(folder, 'password'),
    '--port',
    '0',
  ]);
  assert.equal(await program.ended(), 1, program.stdout + program.stderr);
  assert.match(program.stderr, /guest/);
  assert.match(program.stderr, /password/i);
  assert.doesNotMatch(program.stdout + program.stderr, /let-me-in-please/);
});
