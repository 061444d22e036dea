import { install, mayInstall } from './apt.ts';
import { DockerNode, dockerRuns } from './docker-node.ts';
import { InstalledNode, installedScripts } from './installed-node.ts';
import type { RabbitNode, RabbitNodeOptions } from './rabbit-node.ts';

/** A RabbitMQ of this test's own, started: to restart, to starve, to kill. Give it back with `await using`. */
export async function privateNode(options: RabbitNodeOptions = {}): Promise<RabbitNode> {
  const node = await stoppedNode(options);
  await node.start();
  return node;
}

/** The same, not started yet. */
export async function stoppedNode(options: RabbitNodeOptions = {}): Promise<RabbitNode> {
  const installed = installedScripts();
  if (installed) return InstalledNode.create(installed, options);
  if (await dockerRuns()) return DockerNode.create(options);
  if (mayInstall()) await install('rabbitmq-server').catch(() => {});
  const arrived = installedScripts();
  if (arrived) return InstalledNode.create(arrived, options);
  throw new Error(
    'The tests need a RabbitMQ: install rabbitmq-server (Debian, Ubuntu: apt-get install rabbitmq-server; macOS: brew install rabbitmq), or start Docker.',
  );
}

/** Where the RabbitMQ that a test run shares is. */
export interface SharedBroker {
  readonly amqpUrl: string;
  readonly managementUrl: string;
}

/** The environment variables by which the runner hands the shared one to every test file. */
export const AMQP_VARIABLE = 'AFTERMATH_TEST_AMQP_URL';
export const MANAGEMENT_VARIABLE = 'AFTERMATH_TEST_MANAGEMENT_URL';

/** The one that the environment names, or `undefined`. Its management API makes the virtual hosts. */
export function namedBroker(): SharedBroker | undefined {
  const amqpUrl = process.env[AMQP_VARIABLE];
  if (!amqpUrl) return undefined;
  const { hostname, username, password } = new URL(amqpUrl);
  const credentials = username ? `${username}:${password}` : 'guest:guest';
  const managementUrl = process.env[MANAGEMENT_VARIABLE] ?? `http://${credentials}@${hostname}:15672`;
  return { amqpUrl, managementUrl };
}
