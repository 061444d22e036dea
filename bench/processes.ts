import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const LAUNCHER = join(import.meta.dirname, '..', 'bin', 'aftermath.cjs');

/** What a process has cost so far: CPU seconds of user and system, resident memory now and at its highest in MiB. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly residentMiB: number;
  readonly residentMaxMiB: number;
}

/** A process that is measured, from /proc: Linux only. */
export class Measured implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly ended: Promise<number>;
  said = '';

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (text: Buffer) => (this.said += text.toString()));
    this.#child.stderr?.on('data', (text: Buffer) => (this.said += text.toString()));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => resolve(code ?? -1));
    });
  }

  static aftermath(args: readonly string[]): Measured {
    return new Measured(process.execPath, [LAUNCHER, ...args]);
  }

  static script(name: string, args: readonly string[]): Measured {
    return new Measured(process.execPath, [join(import.meta.dirname, name), ...args]);
  }

  /** Its number; -1 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  cost(): Cost {
    return costOf(this.pid);
  }

  /** Sends it a line. */
  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Waits until it has said this. */
  async says(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = what.exec(this.said);
      if (found !== null) return found;
      if (this.#child.exitCode !== null)
        throw new Error(`it ended with ${this.#child.exitCode}:\n${this.said}`);
      await pause(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await this.ended;
  }
}

/** Of any process. Zeros where there is no such process. */
export function costOf(pid: number): Cost {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mebibytes = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      residentMiB: mebibytes('VmRSS'),
      residentMaxMiB: mebibytes('VmHWM'),
    };
  } catch {
    return { cpuSeconds: 0, residentMiB: 0, residentMaxMiB: 0 };
  }
}

/** USER_HZ of Linux, as /proc counts. */
const TICKS_PER_SECOND = 100;

/** Fulfils after so long. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
