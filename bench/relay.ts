/**
 * A bare relay: the messages of the pipeline through the same three queues with the same guarantees (durable,
 * persistent, confirmed, acknowledged after what follows is confirmed), and no work done. It is what the
 * broker and the client library can do at most.
 *
 * Usage: relay.ts source|relay|sink URL ROWS RECORDS_PER_MESSAGE
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ConfirmChannel, type ConsumeMessage } from 'amqplib';

const [role, url = '', rowsText = '0', perMessageText = '1'] = process.argv.slice(2);
const ROWS = Number(rowsText);
const PER_MESSAGE = Number(perMessageText);
const QUEUES = ['features', 'y_true', 'y_pred'] as const;
const PREFETCH = 500;
const IN_FLIGHT_MAX = 1_000;

const connection = await connect(url);
const channel = await connection.createConfirmChannel();
for (const queue of QUEUES) await channel.assertQueue(queue, { durable: true });
await channel.prefetch(PREFETCH);
if (role === 'source') await source(channel);
if (role === 'relay') await relay(channel);
if (role === 'sink') await sink(channel);
await connection.close();

async function source(channel: ConfirmChannel): Promise<void> {
  const file = join(import.meta.dirname, '..', 'examples', 'diabetes', 'diabetes.csv');
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  let open = 0;
  let room = Promise.withResolvers<void>();
  const send = async (queue: string, body: string) => {
    if (open >= IN_FLIGHT_MAX) await (room = Promise.withResolvers<void>()).promise;
    open += 1;
    channel.sendToQueue(queue, Buffer.from(body), { persistent: true }, () => {
      open -= 1;
      room.resolve();
    });
  };
  for (let from = 0; from < ROWS; from += PER_MESSAGE) {
    const numbers = Array.from({ length: Math.min(PER_MESSAGE, ROWS - from) }, (_, i) => from + i);
    const cells = (i: number) => rows[i % rows.length] ?? [];
    const write = (body: (i: number) => string) => {
      const records = numbers.map((i) => `{"id":"r-${i}","body":${body(i)}}`);
      return PER_MESSAGE === 1 ? (records[0] ?? '') : `[${records.join(',')}]`;
    };
    await send(
      'features',
      write((i) => `[${cells(i).slice(0, -1).join(',')}]`),
    );
    await send(
      'y_true',
      write((i) => cells(i).at(-1) ?? ''),
    );
  }
  await channel.waitForConfirms();
}

/** Sends on what a prediction would be in size; acknowledges once that is confirmed. */
async function relay(channel: ConfirmChannel): Promise<void> {
  const done = Promise.withResolvers<void>();
  let rows = 0;
  await channel.consume('features', (message) => {
    if (message === null) return;
    const records = recordsOf(message);
    const one = '{"id":"r-123456","body":151.23456789012345,"model":"linear","version":"0123456789ab"}';
    const body = PER_MESSAGE === 1 ? one : `[${Array.from({ length: records }, () => one).join(',')}]`;
    channel.sendToQueue('y_pred', Buffer.from(body), { persistent: true }, () => {
      channel.ack(message);
      rows += records;
      if (rows >= ROWS) done.resolve();
    });
  });
  await done.promise;
}

/** Prints how long it took from the first message to the last. */
async function sink(channel: ConfirmChannel): Promise<void> {
  const done = Promise.withResolvers<void>();
  let rows = 0;
  let startedAt = 0;
  let unacknowledged = 0;
  const take = (message: ConsumeMessage | null) => {
    if (message === null) return;
    if (rows === 0) startedAt = performance.now();
    rows += recordsOf(message);
    unacknowledged += 1;
    if (unacknowledged >= PREFETCH / 2 || rows >= 2 * ROWS) {
      channel.ack(message, true);
      unacknowledged = 0;
    }
    if (rows >= 2 * ROWS) done.resolve();
  };
  await channel.consume('y_true', take);
  await channel.consume('y_pred', take);
  process.stdout.write('ready\n');
  await done.promise;
  process.stdout.write(`seconds ${(performance.now() - startedAt) / 1000}\n`);
}

/** All messages hold as many records but the last of a queue; counting them by their ids would be work. */
function recordsOf(message: ConsumeMessage): number {
  if (PER_MESSAGE === 1) return 1;
  let records = 0;
  for (let at = message.content.indexOf('"id"'); at >= 0; at = message.content.indexOf('"id"', at + 4))
    records += 1;
  return records;
}
