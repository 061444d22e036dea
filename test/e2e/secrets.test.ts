import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import { SNAPSHOTS } from '../../src/wire/queues.ts';
import { collectedLog } from '../broker/collected-log.ts';
import { textOf } from '../contracts/inbox.ts';
import { oldNodeFolder } from '../package/old-node.ts';
import { freePort } from '../setup/free-port.ts';
import { testSchema } from '../setup/postgres.ts';
import { testBroker, type TestBroker } from '../setup/rabbitmq.ts';
import { eventually, Program } from './program.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'diabetes');
const SECRET = 'tops3cret-correct-horse';
const USER = 'keeper-of-secrets';

const folder = mkdtempSync(join(tmpdir(), 'aftermath-secrets-'));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const passwordFile = file('password', `${SECRET}\n`);

/** A user with the secret for a password, on the virtual host of the broker. */
async function secretUser(broker: TestBroker): Promise<void> {
  await broker.manage('PUT', `/api/users/${USER}`, { password: SECRET, tags: '' });
  const all = { configure: '.*', write: '.*', read: '.*' };
  await broker.manage('PUT', `/api/permissions/${broker.vhost}/${USER}`, all);
}

/** Command lines of all processes of this machine but our own. */
function processList(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}

function assertNoSecret(texts: Readonly<Record<string, string>>): void {
  const shown = Object.entries(texts).filter(([, text]) => text.includes(SECRET));
  assert.deepEqual(
    shown.map(([where]) => where),
    [],
    'these show the password',
  );
}

test('a password stays out of what four services say and serve, of their files and of the process list', async () => {
  await using broker = await testBroker();
  await secretUser(broker);
  const { host } = new URL(broker.url);
  const withPassword = `amqp://${USER}:${SECRET}@${host}/${broker.vhost}`;
  const without = `amqp://${USER}@${host}/${broker.vhost}`;
  const logs = join(folder, 'logs');
  await using programs = new AsyncDisposableStack();
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Program =>
    programs.use(Program.aftermath([...args, '--port', '0', '--log-level', 'debug'], env));
  await using schema = await testSchema();
  const ledger = schema.url.replace('postgres@', `postgres:${SECRET}@`);
  const model = ['model', '--model', join(EXAMPLE, 'diabetes_linear.pkl')];
  const features = ['features', '--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression'];
  // Each way to hand it over, and the one that nobody should use.
  const services = {
    metric: start(['metric', '--logs', logs], { AFTERMATH_BROKER: withPassword, AFTERMATH_LEDGER: ledger }),
    plot: start(['plot', '--logs', logs, '--broker-file', file('url', withPassword)]),
    model: start([...model, '--broker', without, '--broker-password-file', passwordFile]),
    features: start([...features, '--logs', logs, '--broker', withPassword]),
  };
  await using reader = new AmqpBroker({
    url: withPassword,
    log: collectedLog().log,
    name: 'reader',
    publishInFlightMax: 1,
  });
  const snapshots: string[] = [];
  await reader.declareFanout(SNAPSHOTS);
  await reader.subscribe(SNAPSHOTS, (message) => void snapshots.push(textOf(message)));
  await eventually('a snapshot with outcomes', () => snapshots.some((text) => text.includes('"mae"')));
  await eventually('the picture', () => existsSync(join(logs, 'error_distribution.svg')));
  assertNoSecret(Object.fromEntries(processList().map((line, i) => [`process ${i}: ${line}`, line])));

  const page = (await services.plot.says(/http:\/\/127\.0\.0\.1:\d+\//))[0];
  const served: Record<string, string> = {};
  for (const path of ['', 'api/snapshot', 'page.js', 'metrics', 'readyz', 'error_distribution.svg']) {
    served[path] = await (await fetch(page + path)).text();
  }
  assert.ok(served['api/snapshot']?.includes('"mae"'), 'the page has figures');
  for (const service of Object.values(services)) service.signal('SIGTERM');
  for (const service of Object.values(services)) assert.equal(await service.ended(), 0, service.stderr);
  assertNoSecret({
    ...Object.fromEntries(Object.entries(services).map(([name, s]) => [name, s.stdout + s.stderr])),
    ...Object.fromEntries(snapshots.map((text, i) => [`snapshot ${i}`, text])),
    ...served,
    ...Object.fromEntries(
      globSync('**/*', { cwd: logs, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, readFileSync(path, 'latin1')]),
    ),
  });
});

test('a password stays out of every failure to connect, and of every complaint about settings', async () => {
  await using broker = await testBroker();
  await secretUser(broker);
  const { host, port } = new URL(broker.url);
  const url = (rest: string, scheme = 'amqp'): string => `${scheme}://${USER}:${SECRET}@${rest}`;
  const plot = (...args: readonly string[]): string[] => ['plot', '--port', '0', '--logs', folder, ...args];
  const metric = (ledger: string): string[] => [
    'metric',
    '--port',
    '0',
    '--ledger',
    ledger,
    '--logs',
    folder,
  ];
  const wrongUser = `amqp://guest:${SECRET}@${host}/${broker.vhost}`;
  const cases: [args: readonly string[], says: RegExp, env?: Readonly<Record<string, string>>][] = [
    [plot('--broker', wrongUser), /it refuses this user and password/],
    [
      plot('--broker', `amqp://guest@${host}/`, '--broker-password-file', passwordFile),
      /the password in .*password\./,
    ],
    [plot('--broker', url(`${host}/no-such-vhost`)), /Cannot open virtual host/],
    [plot('--broker', url(`127.0.0.1:${await freePort()}/`)), /nobody listens there/],
    [plot('--broker', url('no-such-host.invalid/')), /no host of this name|does not answer/],
    [plot('--broker', url(`127.0.0.1:${port}/`, 'amqps')), /does not speak TLS/],
    [plot('--broker', url('h:x/')), /Cannot read the broker's URL/],
    [plot('--broker', url('h/?heartbeat=x')), /heartbeat/],
    [plot('--broker', `amqp://${USER}:${SECRET}`), /Cannot read the broker's URL/],
    [plot('--broker', url('h/', 'http')), /found a URL with http:/],
    [plot('--broker', url('h/'), '--broker-password-file', passwordFile), /keep one/],
    [plot('--broker', url('h/'), '--broker-file', passwordFile), /both name one/],
    [plot('--broker-file', passwordFile), /Cannot open the broker: found no URL/],
    [plot('--broker-file', file('lines', `x\n${SECRET}\n`)), /several lines/],
    [plot('--broker-file', file('empty', '\n')), /the file is empty/],
    [plot('--broker', 'amqp://u@h/', '--broker-password-file', join(folder, 'none')), /no such file/],
    [plot(`--brokr=${url('h/')}`), /unknown option/],
    [plot('--redraw-every', url('h/')), /expected a duration/],
    [[url('h/')], /unknown command/],
    [metric(url(`127.0.0.1:${await freePort()}/d`, 'postgres')), /Cannot .*ledger postgres:/],
    [metric(url('h:x/d', 'postgres')), /its address is no URL/],
    [metric(url('h/d', 'postgre')), /found a URL with postgre:/],
    [metric(url('h/d?sslmode=perhaps', 'postgres')), /sslmode is "perhaps"/],
    [plot(), /AFTERMATH_PORT/, { AFTERMATH_PORT: url('h/') }],
    [plot('--config', file('torn.toml', `broker = "${url('h/')}\nport = 1`)), /line 1, column/],
    [plot('--config', file('wrong.toml', `port = "${url('h/')}"`)), /"port" in .*expected a whole number/],
  ];
  // A few at a time: each is a process that has to speak before the patience of the test is at its end.
  const left = cases.values();
  const tryThem = async (): Promise<void> => {
    for (const [args, words, env] of left) {
      await using program = Program.aftermath(args, env);
      await program.says(words);
      assertNoSecret({ [args.join(' ')]: program.stdout + program.stderr });
    }
  };
  await Promise.all(Array.from({ length: 4 }, tryThem));
});

test('where an old Node starts a new one, the process list of neither shows the password', async () => {
  const node = join(await oldNodeFolder(folder), 'node');
  const url = `amqp://${USER}:${SECRET}@127.0.0.1:${await freePort()}/`;
  const args = ['plot', '--port', '0', '--logs', folder, '--broker', url];
  await using program = new Program(node, [join(ROOT, 'bin', 'aftermath.cjs'), ...args]);
  await program.says(/nobody listens there/);
  assertNoSecret(Object.fromEntries(processList().map((line, i) => [`process ${i}: ${line}`, line])));
});
