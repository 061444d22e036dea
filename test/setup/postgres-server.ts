import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { eventually } from './eventually.ts';
import { postgresPrograms } from './find-postgres.ts';
import { freePort } from './free-port.ts';
import { GuardedProcess } from './guarded-process.ts';

const run = promisify(execFile);
const START_TIMEOUT_MS = 60_000;

/**
 * A PostgreSQL of the tests' own, on a free port of 127.0.0.1, with a folder that goes with it. PostgreSQL refuses to
 * run as root: there it runs as the user that its package has made.
 */
export class PostgresServer implements AsyncDisposable {
  /** `postgres://postgres@127.0.0.1:port/postgres`, the same after a restart. */
  readonly url: string;
  readonly #programs: string;
  readonly #folder: string;
  readonly #user: User | undefined;
  /** Its folder outlives the server, which may be started again, and goes with this process, however that ends. */
  readonly #keeper: GuardedProcess;
  #server: GuardedProcess | undefined;

  private constructor(programs: string, folder: string, port: number, user: User | undefined) {
    this.#keeper = new GuardedProcess('tail', ['-f', '/dev/null'], {
      env: process.env,
      cwd: folder,
      logPath: join(folder, 'keeper'),
      folder,
    });
    this.#programs = programs;
    this.#folder = folder;
    this.#user = user;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** Makes one and starts it. @param further lines of postgresql.conf */
  static async start(...further: readonly string[]): Promise<PostgresServer> {
    const programs = await postgresPrograms();
    const folder = await mkdtemp(join(tmpdir(), `aftermath-postgres-${process.pid}-`));
    const user = await otherUser();
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    const port = await freePort();
    const server = new PostgresServer(programs, folder, port, user);
    const settings = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    await run(join(programs, 'initdb'), ['-D', server.#data, ...settings], { cwd: folder, ...user });
    await writeFile(
      join(server.#data, 'postgresql.auto.conf'),
      [
        `port = ${port}`,
        "listen_addresses = '127.0.0.1'",
        "unix_socket_directories = ''",
        // Nobody pulls the plug in a test: what survives the process is enough.
        'fsync = off',
        ...further,
        '',
      ].join('\n'),
    );
    await server.start();
    return server;
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  /** Its processes: the first one, and those that it has started and that run now. Linux only. */
  processes(): number[] {
    const [first] = readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n');
    const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' ');
    return [first, ...children].map(Number);
  }

  /** Starts it again; its data is what it was. */
  async start(): Promise<void> {
    const log = join(this.#folder, 'log');
    const server = new GuardedProcess(join(this.#programs, 'postgres'), ['-D', this.#data], {
      env: { ...process.env, PGDATA: this.#data },
      cwd: this.#folder,
      logPath: log,
      user: this.#user,
    });
    this.#server = server;
    const answers = eventually(async () => {
      if (!server.running) return;
      const client = new Client(this.url);
      // A server that is still starting says so on the connection as well as in the answer.
      client.on('error', () => {});
      await client.connect();
      await client.end();
    }, START_TIMEOUT_MS);
    await server.whileReferenced(answers).catch(() => {});
    if (server.running) return;
    const said = await readFile(log, 'utf8').catch(() => '');
    throw new Error(`Cannot start PostgreSQL for the tests. Its last lines:\n${said.slice(-3000)}`);
  }

  /** Stops it as `pg_ctl -m immediate` does: nobody is told, nothing is written; the next start recovers. */
  async stopAtOnce(): Promise<void> {
    const server = this.#server;
    server?.signal('SIGQUIT');
    if (server !== undefined) await server.whileReferenced(server.exited);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAtOnce();
    await this.#keeper.killGroup();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The user that the package has made, for a root who may not run it. */
async function otherUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8');
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(passwd) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'The tests need a user whom PostgreSQL runs as: it refuses root, and there is no user postgres or nobody.',
  );
}
