import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'aftermath.cjs');

/** How often a condition is looked at, and how long at most. */
const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 180_000;

/** A program that runs beside the test: one of our services, or a peer. What it says is kept. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  stdout = '';
  stderr = '';
  code: number | null = null;

  constructor(
    file: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd?: string,
  ) {
    this.#child = spawn(file, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd,
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#ended = once(this.#child, 'close').then(
      ([code]) => (this.code = typeof code === 'number' ? code : -1),
    );
  }

  /** `aftermath` with these arguments. */
  static aftermath(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd?: string,
  ): Program {
    return new Program(process.execPath, [LAUNCHER, ...args], env, cwd);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Waits for its end and gives its exit code; −1 when a signal ended it. */
  ended(): Promise<number> {
    return this.#ended;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until it has said this, on either stream. */
  async says(what: RegExp): Promise<RegExpExecArray> {
    return eventually(`${what} in what it says`, () => {
      const found = what.exec(this.stdout + this.stderr);
      if (found === null && this.code !== null) {
        throw new Error(`it ended with ${this.code} and said\n${this.stdout}\n${this.stderr}`);
      }
      return found ?? undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.code !== null) return;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** Looks until the answer is neither `undefined` nor false; fails when that takes longer than a start on a busy machine. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (const start = Date.now(); Date.now() - start < PATIENCE_MS;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
}
