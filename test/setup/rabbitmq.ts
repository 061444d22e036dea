import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import {
  AMQP_VARIABLE,
  MANAGEMENT_VARIABLE,
  namedBroker,
  privateNode,
  type SharedBroker,
} from './find-rabbitmq.ts';
import type { RabbitNode } from './rabbit-node.ts';

/** A virtual host of its own on the RabbitMQ that a test run shares, so that test files can run side by side. */
export interface TestBroker extends AsyncDisposable {
  /** `amqp://user:password@host:port/vhost` */
  readonly url: string;
  readonly vhost: string;
  /** Asks the management API about this broker, for example `GET`, `/api/queues/${vhost}`. */
  manage(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
}

/** A fresh virtual host with nothing in it. Give it back with `await using`. */
export async function testBroker(): Promise<TestBroker> {
  const shared = await sharedBroker();
  const vhost = `test-${randomBytes(6).toString('hex')}`;
  const manage: TestBroker['manage'] = (method, path, body) => ask(shared, method, path, body);
  await manage('PUT', `/api/vhosts/${vhost}`);
  const permissions = { configure: '.*', write: '.*', read: '.*' };
  const user = new URL(shared.amqpUrl).username;
  await manage('PUT', `/api/permissions/${vhost}/${user}`, permissions);
  return {
    url: `${shared.amqpUrl.replace(/\/$/, '')}/${vhost}`,
    vhost,
    manage,
    [Symbol.asyncDispose]: async () => void (await manage('DELETE', `/api/vhosts/${vhost}`)),
  };
}

let shared: Promise<SharedBroker> | undefined;

/** The named one; else, where a test file runs without the runner, a node that lives as long as this process. */
function sharedBroker(): Promise<SharedBroker> {
  const named = namedBroker();
  if (named) return Promise.resolve(named);
  shared ??= (async () => {
    const node = await privateNode({ management: true });
    started.push(node);
    return { amqpUrl: node.url, managementUrl: node.managementUrl ?? '' };
  })();
  return shared;
}

const started: RabbitNode[] = [];
after(async () => {
  for (const node of started) await node[Symbol.asyncDispose]();
});

async function ask(broker: SharedBroker, method: string, path: string, body: unknown): Promise<unknown> {
  const { origin, username, password } = new URL(broker.managementUrl);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new Error(
      `The tests need the management API of the RabbitMQ that ${AMQP_VARIABLE} names: ${origin} does not answer; enable the plugin rabbitmq_management or set ${MANAGEMENT_VARIABLE}.`,
      { cause: error },
    );
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
