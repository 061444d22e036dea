import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import pino from 'pino';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import { decodeAlarm } from '../../src/wire/alarm-reader.ts';
import type { AlarmMessage } from '../../src/wire/alarm.ts';
import { ALARMS } from '../../src/wire/queues.ts';
import { eventually } from '../e2e/program.ts';
import { prediction, truth } from '../metric/records.ts';
import { privateNode } from '../setup/find-rabbitmq.ts';
import { testSchema } from '../setup/postgres.ts';
import { Fleet } from './fleet.ts';
import type { Phase } from './history.ts';

const START_MS = Date.now() - 3_600_000;

/** Rows whose absolute error is `off`, a tenth of a second apart. */
function rows(from: number, count: number, off: number): Phase {
  const ids = Array.from({ length: count }, (_, i) => from + i);
  const timeMs = (id: number): number => START_MS + 100 * id;
  return {
    predictions: ids.map((id) => prediction(id, off, { timeMs: timeMs(id) })),
    truths: ids.map((id) => truth(id, 0, { timeMs: timeMs(id) })),
  };
}

test('two workers on one PostgreSQL raise an alarm once and tell it once, though the one that writes the log is killed, twice', async () => {
  await using node = await privateNode();
  await using schema = await testSchema();
  const posted: string[] = [];
  await using hook = await webhook((message) => void posted.push(message.change));
  await using broker = new AmqpListener(node.url);
  const heard: string[] = [];
  const env = {
    AFTERMATH_ALARM: 'mae > 1',
    AFTERMATH_ALARM_WEBHOOK: hook.url,
  };
  await using fleet = await Fleet.start({ node, ledgers: [schema.url, schema.url], env: [env, env] });
  await broker.hear((change) => void heard.push(change));
  let sent = 0;
  const send = async (count: number, off: number): Promise<void> => {
    await fleet.send(rows(sent, count, off));
    sent += count;
    await fleet.acknowledged();
  };
  /** Both ways have told so many changes. */
  const told = (changes: number) =>
    eventually(`${changes} changes told; ${heard.length} heard, ${posted.length} posted`, () =>
      heard.length >= changes && posted.length >= changes ? true : undefined,
    );
  const killWriter = async (): Promise<void> => {
    const writer = await eventually('a worker that writes the log', () => {
      const found = fleet.workers.findIndex(({ stderr }) => stderr.includes('this process writes the log'));
      return found < 0 ? undefined : { found };
    });
    await fleet.kill(writer.found);
  };
  await send(500, 0.1);
  await send(300, 6);
  await told(1);
  await killWriter();
  await send(400, 6);
  await told(2);
  await killWriter();
  await send(6_000, 0.1);
  await told(3);
  assert.deepEqual(
    heard.map((change) => change.split(':')[1]),
    ['raised', 'confirmed', 'resolved'],
  );
  assert.deepEqual(posted, heard);
});

/** Something that listens on the exchange. */
class AmqpListener implements AsyncDisposable {
  readonly #broker: AmqpBroker;

  constructor(url: string) {
    const log = pino({ level: 'silent' });
    this.#broker = new AmqpBroker({ url, access: {}, log, name: 'listener', publishInFlightMax: 1 });
  }

  async hear(change: (change: string) => void): Promise<void> {
    await this.#broker.declareFanout(ALARMS);
    await this.#broker.subscribe(ALARMS, ({ payload }) => change(decodeAlarm(payload).change));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#broker.close();
  }
}

/** An address that alarms are posted to. */
async function webhook(
  take: (message: AlarmMessage) => void,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      take(JSON.parse(Buffer.concat(chunks).toString()) as AlarmMessage);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
