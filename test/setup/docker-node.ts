import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import {
  managementAnswers,
  tlsLines,
  type NodeTls,
  type RabbitNode,
  type RabbitNodeOptions,
} from './rabbit-node.ts';

const IMAGE = 'rabbitmq:4-management';
const START_TIMEOUT_MS = 120_000;
const run = promisify(execFile);

/** Whether a Docker engine runs here and has, or can get, RabbitMQ's image. */
export async function dockerRuns(): Promise<boolean> {
  try {
    await docker('info', '--format', '{{.ServerVersion}}');
    await docker('image', 'inspect', IMAGE).catch(() => docker('pull', '-q', IMAGE));
    return true;
  } catch {
    return false;
  }
}

/** A node in a container of its own, its ports on 127.0.0.1. */
export class DockerNode implements RabbitNode {
  readonly url: string;
  readonly managementUrl: string | undefined;
  readonly tlsHost: string | undefined;
  readonly #container: string;
  readonly #folder: string;
  readonly #managementUrl: string;

  private constructor(
    container: string,
    folder: string,
    ports: { amqp: number; management: number; tls: number },
    options: RabbitNodeOptions,
  ) {
    this.#container = container;
    this.#folder = folder;
    this.url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
    this.#managementUrl = `http://guest:guest@127.0.0.1:${ports.management}`;
    this.managementUrl = options.management ? this.#managementUrl : undefined;
    this.tlsHost = options.tls ? `127.0.0.1:${ports.tls}` : undefined;
  }

  static async create(options: RabbitNodeOptions): Promise<DockerNode> {
    const folder = await mkdtemp(join(tmpdir(), `aftermath-rabbitmq-${process.pid}-`));
    const config = join(folder, '90-aftermath.conf');
    const listener = options.tls ? tlsLines(inContainer(options.tls), '5671') : [];
    const lines = ['loopback_users.guest = false', ...listener, ...(options.config ?? []), ''];
    await writeFile(config, lines.join('\n'), { mode: 0o644 });
    const plugins = ['rabbitmq_management', 'rabbitmq_prometheus', ...(options.plugins ?? [])];
    await writeFile(join(folder, 'enabled_plugins'), `[${plugins.join(',')}].`, { mode: 0o644 });
    const ports = { amqp: await freePort(), management: await freePort(), tls: await freePort() };
    const files = options.tls ? [options.tls.ca, options.tls.cert, options.tls.key] : [];
    // The user in the container is another one.
    for (const file of files) await chmod(file, 0o644);
    const id = await docker(
      'create',
      '--label',
      'aftermath-test',
      '--hostname',
      'aftermath',
      '-p',
      `127.0.0.1:${ports.amqp}:5672`,
      '-p',
      `127.0.0.1:${ports.management}:15672`,
      '-v',
      `${config}:/etc/rabbitmq/conf.d/90-aftermath.conf:ro`,
      '-v',
      `${join(folder, 'enabled_plugins')}:/etc/rabbitmq/enabled_plugins:ro`,
      '-p',
      `127.0.0.1:${ports.tls}:5671`,
      ...files.flatMap((file) => ['-v', `${file}:${TLS_FOLDER}/${basename(file)}:ro`]),
      IMAGE,
    );
    return new DockerNode(id.trim(), folder, ports, options);
  }

  async start(): Promise<void> {
    await docker('start', this.#container);
    // The port of a container answers before its server does; management comes last.
    await eventually(() => managementAnswers(this.#managementUrl), START_TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    await docker('stop', this.#container);
  }

  async kill(): Promise<void> {
    await docker('kill', this.#container).catch(() => {});
  }

  ctl(...args: readonly string[]): Promise<string> {
    return docker('exec', this.#container, 'rabbitmqctl', '-q', ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker('rm', '-f', '-v', this.#container);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const TLS_FOLDER = '/etc/rabbitmq/tls';

function inContainer(tls: NodeTls): NodeTls {
  const there = (file: string): string => `${TLS_FOLDER}/${basename(file)}`;
  return { ...tls, ca: there(tls.ca), cert: there(tls.cert), key: there(tls.key) };
}

async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', args);
  return stdout;
}
