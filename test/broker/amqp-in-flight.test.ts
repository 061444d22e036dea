import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import { payloadOf, send } from '../contracts/inbox.ts';
import { eventually } from '../setup/eventually.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { collectedLog } from './collected-log.ts';

const MARK = 'in-flight-mark';

test('at most publishInFlightMax publishes are unconfirmed, and a lost connection sends them again', async () => {
  await using place = await testBroker();
  await using wire = await Wire.to(new URL(place.url));
  const url = new URL(place.url);
  url.host = `127.0.0.1:${wire.port}`;
  const pauses = { firstMs: 20, maxMs: 100 };
  const options = { log: collectedLog().log, name: 'in-flight', publishInFlightMax: 10, pauses };
  await using broker = new AmqpBroker({ ...options, url: url.href });
  await using beside = new AmqpBroker({ ...options, url: place.url });
  await broker.declareQueue({ name: 'a', durable: true });
  await send(broker, 'a', 0, 1);

  wire.deaf = true;
  const payload = payloadOf(MARK);
  const published = Promise.all(
    Array.from({ length: 50 }, () => broker.publish({ queue: 'a' }, { payload })),
  );
  await eventually(async () => {
    assert.equal((await beside.queueDepth('a'))?.messages, 11);
  }, 10_000);
  assert.equal(wire.marksSeen, 10, 'ten are on their way, forty wait for their confirms');

  wire.deaf = false;
  wire.cut();
  await published;
  const depth = await beside.queueDepth('a');
  assert.equal(depth?.messages, 11 + 50, 'the ten whose confirms were lost are there twice');
});

/** A wire to the server that can be cut, and be deaf for what the server says. */
class Wire implements AsyncDisposable {
  deaf = false;
  marksSeen = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
      }
      client.on('data', (chunk: Buffer) => {
        this.marksSeen += chunk.toString('latin1').split(MARK).length - 1;
        server.write(chunk);
      });
      server.on('data', (chunk) => {
        if (!this.deaf) client.write(chunk);
      });
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
    });
  }

  static async to(target: URL): Promise<Wire> {
    const wire = new Wire(target);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
