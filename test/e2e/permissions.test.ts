import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import { collectedLog } from '../broker/collected-log.ts';
import { privateNode } from '../setup/find-rabbitmq.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import { feed } from './fed-stages.ts';
import { eventually, Program } from './program.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'diabetes');

/** Every stage with the flags by which it does all that it ever does on the broker. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  features: ['--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression', '--tasks-dir', EXAMPLE],
  model: ['--model', join(EXAMPLE, 'diabetes_linear.pkl')],
  metric: [],
  plot: [],
};

async function permissions(...args: readonly string[]): Promise<string> {
  await using program = Program.aftermath(['permissions', ...args]);
  assert.equal(await program.ended(), 0, program.stderr);
  return program.stdout;
}

function start(stage: string, url: string, user: string, ...more: readonly string[]): Program {
  const { host, pathname } = new URL(url);
  const logs = mkdtempSync(join(tmpdir(), `permissions-${stage}-`));
  const flags = ['--logs', logs, '--port', '0', '--snapshot-every', '50ms'];
  const its = stage === 'metric' ? flags : flags.slice(0, 4);
  const broker = `amqp://${user}@${host}${pathname}`;
  const files = stage === 'model' ? its.slice(2) : its;
  return Program.aftermath([stage, ...(STAGES[stage] ?? []), ...files, '--broker', broker, ...more], {
    AFTERMATH_LOGS: logs,
  });
}

function admin(url: string): AmqpBroker {
  return new AmqpBroker({ url, log: collectedLog().log, name: 'admin', publishInFlightMax: 100 });
}

void describe('a RabbitMQ whose users have no rights but those that the printed commands grant:', () => {
  let node: RabbitNode;
  before(async () => {
    node = await privateNode();
  });
  after(() => node[Symbol.asyncDispose]());

  /** Runs the printed lines, word by word as a shell would. */
  async function run(lines: string): Promise<void> {
    for (const line of lines.split('\n').filter((text) => text.startsWith('rabbitmqctl '))) {
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, single, bare]) => single ?? bare ?? '');
      await node.ctl(...words.slice(1));
    }
  }

  test('all four stages do their work, declare what is missing and dead-letter what they cannot use', async () => {
    for (const stage of Object.keys(STAGES)) await node.ctl('add_user', `aftermath-${stage}`, 'secret');
    await run(await permissions('--tasks-dir', EXAMPLE));
    for (const round of ['nothing is there yet', 'everything is there, and nobody may declare']) {
      if (round.startsWith('everything')) await run(await permissions('--declared', '--tasks-dir', EXAMPLE));
      await using programs = new AsyncDisposableStack();
      const stages = Object.keys(STAGES).map((stage) =>
        programs.use(start(stage, `${node.url}/`, `aftermath-${stage}:secret`)),
      );
      await using broker = admin(node.url);
      const metric = stages[2] as Program;
      const log = /the log is (\S+)/.exec((await metric.says(/the log is (\S+)/))[0])?.[1] ?? '';
      await eventually(
        `outcomes (${round})`,
        () => existsSync(log) && readFileSync(log, 'utf8').length > 1_000,
      );
      const before = (await broker.queueDepth('aftermath.dead'))?.messages ?? 0;
      await feed(broker);
      await eventually(`four dead letters (${round})`, async () => {
        const depth = await broker.queueDepth('aftermath.dead');
        return depth !== undefined && depth.messages >= before + 4;
      });
      await (stages[3] as Program).says(/http:\/\/127\.0\.0\.1:\d+/);
      for (const program of stages) program.signal('SIGTERM');
      for (const program of stages) assert.equal(await program.ended(), 0, program.stderr);
    }
  });

  test('the dead letters can be listed and sent back', async () => {
    await node.ctl('add_user', 'keeper', 'secret');
    await run(await permissions('dead-letters', '--user', 'keeper'));
    const broker = ['--broker', node.url.replace('guest:guest', 'keeper:secret')];
    await using list = Program.aftermath(['dead-letters', 'list', ...broker]);
    assert.equal(await list.ended(), 0, list.stderr);
    await using replay = Program.aftermath(['dead-letters', 'replay', '--origin', 'y_true', ...broker]);
    assert.equal(await replay.ended(), 0, replay.stderr);
    assert.match(replay.stdout, /[1-9]\d* /);
  });

  test('a stage binds its queue to a topic exchange, under the key that it was given and no other', async () => {
    await using broker = admin(node.url);
    const bind = ['--bind', 'amq.topic:label.#'];
    await node.ctl('add_user', 'binder', 'secret');
    await run(await permissions('metric', '--user', 'binder', ...bind));
    await using metric = start('metric', `${node.url}/`, 'binder:secret', ...bind);
    await eventually(
      'its queue has a consumer',
      async () => (await broker.queueDepth('aftermath.y_true.amq.topic'))?.consumers === 1,
    );
    metric.signal('SIGTERM');
    assert.equal(await metric.ended(), 0, metric.stderr);
    await using other = start('metric', `${node.url}/`, 'binder:secret', '--bind', 'amq.topic:other');
    assert.equal(await other.ended(), 1);
    assert.match(other.stderr, /lacks the right to read topic "other" of exchange "amq\.topic"/);
  });
});
