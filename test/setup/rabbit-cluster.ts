import { eventually } from './eventually.ts';
import { install, mayInstall } from './apt.ts';
import { InstalledNode, installedScripts } from './installed-node.ts';

const NODES = 3;
const FORMED_WITHIN_MS = 60_000;

/** Three RabbitMQ nodes on this machine that are one cluster: to kill any of them. Give it back with `await using`. */
export interface RabbitCluster extends AsyncDisposable {
  readonly nodes: readonly InstalledNode[];
  /** All of them, as a service is told: `amqp://guest:guest@127.0.0.1:port,127.0.0.1:port,127.0.0.1:port`. */
  readonly url: string;
}

/** Starts a cluster. @throws when no rabbitmq-server is installed, nor can be */
export async function rabbitCluster(): Promise<RabbitCluster> {
  if (!installedScripts() && mayInstall()) await install('rabbitmq-server').catch(() => {});
  const scripts = installedScripts();
  if (!scripts) {
    throw new Error(
      'The tests of a cluster need three nodes on this machine: install rabbitmq-server (Debian, Ubuntu: apt-get install rabbitmq-server; macOS: brew install rabbitmq).',
    );
  }
  await using nodes = new AsyncDisposableStack();
  const first = nodes.use(await InstalledNode.create(scripts, {}));
  await first.start();
  const all = [first];
  for (let i = 1; i < NODES; i += 1)
    all.push(nodes.use(await InstalledNode.create(scripts, { joins: first })));
  await Promise.all(all.map((node) => node.start()));
  await eventually(async () => {
    const status = JSON.parse(await first.ctl('cluster_status', '--formatter', 'json')) as {
      running_nodes: readonly string[];
    };
    if (status.running_nodes.length < NODES) throw new Error(`only ${status.running_nodes.join(', ')} run`);
  }, FORMED_WITHIN_MS);
  const owned = nodes.move();
  const hosts = all.map(({ url }) => new URL(url).host);
  return {
    nodes: all,
    url: `amqp://guest:guest@${hosts.join(',')}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
