import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Where and how a guarded process runs. */
export interface GuardedOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** File that takes what it prints. */
  readonly logPath: string;
  /** Folder that goes with the process, however that ends. */
  readonly folder?: string;
  /** Whose process it is to be; absent: that of the present user. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * A process of ours (and all it starts) that cannot outlive us: a guard waits for the end of this process,
 * however it ends, and then kills the other one's whole group.
 */
export class GuardedProcess {
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #guard: ChildProcess;
  #running = true;

  constructor(command: string, args: readonly string[], options: GuardedOptions) {
    const log = openSync(options.logPath, 'a');
    // `detached`: a group of its own, so that Ctrl-C reaches the tests first and the group can be killed whole.
    this.#child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      detached: true,
      stdio: ['ignore', log, log],
      ...options.user,
    });
    closeSync(log);
    this.exited = new Promise((resolve) => {
      const ended = (): void => {
        this.#running = false;
        this.#guard.stdin?.end();
        resolve();
      };
      this.#child.once('exit', ended);
      this.#child.once('error', ended);
    });
    this.#guard = guard(this.#child.pid, options.folder);
    this.#child.unref();
  }

  get running(): boolean {
    return this.#running;
  }

  /** Signals the process itself; it may take its time. */
  signal(name: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(name);
  }

  /** Kills the process and everything that it started, at once. */
  async killGroup(): Promise<void> {
    const pid = this.#child.pid;
    if (this.#running && pid !== undefined) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    await this.whileReferenced(this.exited);
  }

  /** Waits without letting this process end meanwhile: the child itself does not keep it alive. */
  async whileReferenced<T>(work: Promise<T>): Promise<T> {
    this.#child.ref();
    try {
      return await work;
    } finally {
      this.#child.unref();
    }
  }
}

/** Ends the guard's standard input = ends the group: when we end it, or when we die. */
function guard(group: number | undefined, folder: string | undefined): ChildProcess {
  // The second attempt is for a folder in which a dying process has just made a file.
  const remove = 'rm -rf "$2" || { sleep 1; rm -rf "$2"; }';
  const script = `cat >/dev/null; kill -s KILL -- "-$1" 2>/dev/null; [ -z "$2" ] || ${remove}`;
  const child = spawn('/bin/sh', ['-c', script, 'guard', String(group), folder ?? ''], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin?.on('error', () => {});
  child.unref();
  if (child.stdin && 'unref' in child.stdin) (child.stdin as unknown as { unref: () => void }).unref();
  return child;
}
