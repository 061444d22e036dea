import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { GuardedProcess } from './guarded-process.ts';
import { managementAnswers, tlsLines, type RabbitNode, type RabbitNodeOptions } from './rabbit-node.ts';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 10_000;
const run = promisify(execFile);

/** The environment variable by which one of several installed RabbitMQs is chosen: the folder with its scripts. */
export const SCRIPTS_VARIABLE = 'AFTERMATH_TEST_RABBITMQ';

/**
 * The folder with RabbitMQ's own scripts, or `undefined` when it is not installed.
 *
 * @throws when the environment names a folder without them
 */
export function installedScripts(): string | undefined {
  const named = process.env[SCRIPTS_VARIABLE];
  if (named) {
    for (const script of ['rabbitmq-server', 'rabbitmqctl']) {
      if (existsSync(join(named, script))) continue;
      throw new Error(
        `Cannot use the RabbitMQ in ${named}: it has no ${script}. Name the folder with its scripts.`,
      );
    }
    return named;
  }
  const server = findProgram('rabbitmq-server');
  if (!server) return undefined;
  // Debian's command is a wrapper that changes to the user rabbitmq and the system's folders.
  return basename(server) === 'rabbitmq-script-wrapper' ? '/usr/lib/rabbitmq/bin' : dirname(server);
}

/** What an installed node is to have beyond the defaults. */
export interface InstalledNodeOptions extends RabbitNodeOptions {
  /** A node that runs, and whose cluster this one becomes part of when it is first started. */
  readonly joins?: InstalledNode;
}

/**
 * A node from an installed RabbitMQ, run by the present user with everything of its own: folder, ports,
 * cookie, name and Erlang port mapper, all on 127.0.0.1.
 */
export class InstalledNode implements RabbitNode {
  readonly url: string;
  readonly managementUrl: string | undefined;
  readonly tlsHost: string | undefined;
  readonly #scripts: string;
  readonly #folder: string;
  readonly #ports: Ports;
  readonly #sharesMapper: boolean;
  readonly #env: NodeJS.ProcessEnv;
  #mapper: GuardedProcess | undefined;
  #server: GuardedProcess | undefined;

  private constructor(scripts: string, folder: string, ports: Ports, sharesMapper: boolean) {
    this.#scripts = scripts;
    this.#folder = folder;
    this.#ports = ports;
    this.#sharesMapper = sharesMapper;
    this.#env = environment(folder, ports);
    this.url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
    this.tlsHost = ports.tls === undefined ? undefined : `127.0.0.1:${ports.tls}`;
    this.managementUrl =
      ports.management === undefined ? undefined : `http://guest:guest@127.0.0.1:${ports.management}`;
  }

  static async create(scripts: string, options: InstalledNodeOptions): Promise<InstalledNode> {
    const folder = await mkdtemp(join(tmpdir(), `aftermath-rabbitmq-${process.pid}-`));
    const { joins } = options;
    const ports: Ports = {
      amqp: await freePort(),
      distribution: await freePort(),
      // The nodes of a cluster find each other by one port mapper, and trust each other by one cookie.
      mapper: joins === undefined ? await freePort() : joins.#ports.mapper,
      management: options.management ? await freePort() : undefined,
      tls: options.tls ? await freePort() : undefined,
    };
    const listener = options.tls ? tlsLines(options.tls, `127.0.0.1:${ports.tls}`) : [];
    const peer = joins === undefined ? [] : joining(joins.#ports);
    const plugins = [...(options.management ? ['rabbitmq_management'] : []), ...(options.plugins ?? [])];
    await writeFile(
      join(folder, 'rabbitmq.conf'),
      configuration(ports, [...listener, ...(options.config ?? []), ...peer]),
    );
    await writeFile(join(folder, 'enabled_plugins'), `[${plugins.join(',')}].`);
    await writeFile(join(folder, 'rabbitmq-env.conf'), '');
    await writeFile(join(folder, '.erlang.cookie'), `aftermath${ports.mapper}`, { mode: 0o400 });
    return new InstalledNode(scripts, folder, ports, joins !== undefined);
  }

  async start(): Promise<void> {
    if (this.#server?.running) return;
    const settings = { env: this.#env, cwd: this.#folder, logPath: join(this.#folder, 'log') };
    if (!this.#sharesMapper && !this.#mapper?.running) {
      const arguments_ = ['-port', String(this.#ports.mapper), '-address', '127.0.0.1'];
      this.#mapper = new GuardedProcess(await portMapper(), arguments_, {
        ...settings,
        folder: this.#folder,
      });
    }
    const server = new GuardedProcess(join(this.#scripts, 'rabbitmq-server'), [], settings);
    this.#server = server;
    const answers = eventually(async () => {
      if (!server.running) return;
      await accepts(this.#ports.amqp);
      if (this.managementUrl) await managementAnswers(this.managementUrl);
    }, START_TIMEOUT_MS);
    await server.whileReferenced(answers).catch(async (error: unknown) => this.#failed(error));
    if (!server.running) await this.#failed(new Error('it ended'));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    server?.signal('SIGTERM');
    if (server) await server.whileReferenced(server.exited);
  }

  async kill(): Promise<void> {
    await this.#server?.killGroup();
    // Where a script stands between, it is gone before the server is.
    await eventually(() => refuses(this.#ports.amqp), STOP_TIMEOUT_MS);
  }

  async ctl(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(join(this.#scripts, 'rabbitmqctl'), ['-q', ...args], {
      env: this.#env,
      cwd: this.#folder,
    });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#mapper?.killGroup();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #failed(cause: unknown): Promise<never> {
    const log = await readFile(join(this.#folder, 'log'), 'utf8').catch(() => '');
    await this[Symbol.asyncDispose]();
    throw new Error(`Cannot start RabbitMQ for the tests. Its last lines:\n${log.slice(-3000)}`, { cause });
  }
}

interface Ports {
  readonly amqp: number;
  readonly distribution: number;
  readonly mapper: number;
  readonly management: number | undefined;
  readonly tls: number | undefined;
}

function configuration(ports: Ports, further: readonly string[]): string {
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'log.file = false',
    'log.console = true',
    'log.console.level = warning',
    'disk_free_limit.absolute = 50MB',
    ...(ports.management
      ? ['management.tcp.ip = 127.0.0.1', `management.tcp.port = ${ports.management}`]
      : []),
    ...further,
  ];
  return `${lines.join('\n')}\n`;
}

function joining(ports: Ports): string[] {
  return [
    'cluster_formation.peer_discovery_backend = classic_config',
    `cluster_formation.classic_config.nodes.1 = ${nodeName(ports)}`,
  ];
}

function nodeName(ports: Ports): string {
  return `aftermath${ports.amqp}@localhost`;
}

function environment(folder: string, ports: Ports): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ_|ERL_|NODE_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: folder,
    ERL_EPMD_PORT: String(ports.mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: nodeName(ports),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'logs'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    // RabbitMQ's script then becomes the server instead of standing between it and us.
    detached: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  };
}

async function portMapper(): Promise<string> {
  const onPath = findProgram('epmd');
  if (onPath) return onPath;
  // Some installations keep it beside the virtual machine only.
  const { stdout } = await run('erl', [
    '-noshell',
    '-eval',
    'io:format("~s/erts-~s/bin/epmd", [code:root_dir(), erlang:system_info(version)]), halt().',
  ]);
  return stdout;
}

async function refuses(port: number): Promise<void> {
  const accepted = await accepts(port).then(
    () => true,
    () => false,
  );
  if (accepted) throw new Error(`port ${port} still answers`);
}

function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
