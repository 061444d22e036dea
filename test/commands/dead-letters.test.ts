import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import type { Broker } from '../../src/broker/broker.ts';
import { deadLetter } from '../../src/broker/dead-letters.ts';
import { DEAD_LETTERS } from '../../src/wire/queues.ts';
import { BATCHES, Inbox, textOf } from '../contracts/inbox.ts';
import { Program } from '../e2e/program.ts';
import { testBroker } from '../setup/rabbitmq.ts';

/** A broker with four dead letters: two of y_true, one that was cut, one whose queue is gone. */
async function withDeadLetters(
  work: (broker: Broker, aftermath: (...args: string[]) => Promise<Answer>) => Promise<void>,
): Promise<void> {
  await using server = await testBroker();
  await using broker = new AmqpBroker({
    url: server.url,
    log: pino({ level: 'silent' }),
    name: 'dead letters',
    publishInFlightMax: 10,
  });
  await broker.declareQueue({ name: 'y_true', durable: true });
  const put = (origin: string, reason: string, text: string): Promise<void> =>
    deadLetter(broker, {
      refusals: [{ code: 'bad-body', reason, text, count: 1 }],
      origin,
      service: 'metric',
    });
  await put('y_true', 'no id', '{"body": 1}');
  await put('y_true', 'The time is wrong', '{"id": 2, "body": "\u001b[31m\u202e"}');
  await put('y_true', 'too large', 'x'.repeat(70_000));
  await put('gone', 'no id', '{"body": 4}');
  await work(broker, async (...args) => {
    const [action = '', ...rest] = args;
    await using program = Program.aftermath(['dead-letters', action, '--broker', server.url, ...rest]);
    const code = await program.ended();
    return { code, stdout: program.stdout, stderr: program.stderr };
  });
}

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Shown {
  readonly key: string;
  readonly reason: string;
  readonly origin: string;
  readonly text: string;
}

test('dead letters are listed by reason and origin and shown whole, and none leaves the queue', async () => {
  await withDeadLetters(async (broker, aftermath) => {
    const all = await aftermath('list');
    assert.equal(all.code, 0);
    const lines = all.stdout.trimEnd().split('\n');
    assert.equal(lines.length, 4);
    assert.match(lines[0] ?? '', /^[0-9a-f]{12} {2}\S+Z {2}metric {2}y_true {2}no id {2}\{"body": 1\}$/);
    assert.ok(lines[1]?.includes('\\u001b[31m\\u202e'), 'what would steer a terminal is spelt out');
    const some = JSON.parse((await aftermath('list', '--reason', 'TIME', '--json')).stdout) as Shown[];
    assert.deepEqual(
      some.map(({ reason }) => reason),
      ['The time is wrong'],
    );
    const gone = JSON.parse((await aftermath('list', '--origin', 'gone', '--json')).stdout) as Shown[];
    assert.deepEqual(
      gone.map(({ text }) => text),
      ['{"body": 4}'],
    );
    const two = await aftermath('list', '--limit', '2');
    assert.equal(two.stdout.trimEnd().split('\n').length, 2);
    assert.match(two.stderr, /more than 2/);
    const shown = JSON.parse(
      (await aftermath('show', lines[2]?.slice(0, 12) ?? '', '--json')).stdout,
    ) as Shown;
    assert.equal(shown.text, 'x'.repeat(65_536));
    assert.equal((await aftermath('show', 'none')).code, 1);
    assert.equal((await broker.queueDepth(DEAD_LETTERS))?.messages, 4);
  });
});

test('a replay puts dead letters back where they came from, and says which have to stay and why', async () => {
  await withDeadLetters(async (broker, aftermath) => {
    assert.equal((await aftermath('replay')).code, 2, 'what is meant has to be said');
    const { code, stdout } = await aftermath('replay', '--all', '--json');
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(stdout), {
      replayed: 2,
      left: { 'only the beginning was kept': 1, 'the queue "gone" does not take it': 1 },
    });
    const inbox = new Inbox();
    await broker.consume('y_true', BATCHES, inbox.handler);
    const back = await inbox.holds(2);
    assert.deepEqual(back.map(textOf), ['{"body": 1}', '{"id": 2, "body": "\u001b[31m\u202e"}']);
    assert.deepEqual({ ...back[0]?.headers }, {}, 'nothing of the dead letter is left on it');
    assert.equal((await broker.queueDepth(DEAD_LETTERS))?.messages, 2);
  });
});

test('dropped dead letters are gone, and only those that were named', async () => {
  await withDeadLetters(async (broker, aftermath) => {
    const [first] = JSON.parse((await aftermath('list', '--json')).stdout) as Shown[];
    assert.equal((await aftermath('drop', first?.key ?? '')).stdout, '1 removed\n');
    assert.equal((await aftermath('drop', first?.key ?? '')).code, 1, 'it is not there any more');
    assert.equal((await aftermath('drop', '--reason', 'no id')).stdout, '1 removed\n');
    assert.equal((await broker.queueDepth(DEAD_LETTERS))?.messages, 2);
  });
});

test('a broker without dead letters has none to list, and nothing is made there', async () => {
  await using server = await testBroker();
  await using program = Program.aftermath(['dead-letters', 'list', '--broker', server.url]);
  assert.equal(await program.ended(), 0);
  assert.match(program.stderr, /no such dead letters/);
  assert.deepEqual(await server.manage('GET', `/api/queues/${server.vhost}`), []);
});
