import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** What `models.py` runs on. */
export interface PythonVersions {
  readonly python: string;
  readonly sklearn: string;
  readonly numpy: string;
}

/** scikit-learn in a process of its own, as `models.py` has it. */
export class Sklearn implements AsyncDisposable {
  readonly versions: PythonVersions;
  readonly #python: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;

  /**
   * Trains the models into a folder.
   *
   * @returns `undefined` where this Python has no scikit-learn
   * @throws when it has, and the script fails all the same
   */
  static async open(python: string, folder: string): Promise<Sklearn | undefined> {
    const script = join(import.meta.dirname, 'models.py');
    const child = spawn(python, ['-B', script, folder], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const lines = linesOf(createInterface({ input: child.stdout }));
    const closed = once(child, 'close');
    const first = await lines.next();
    if (first.done !== true) return new Sklearn(child, lines, JSON.parse(first.value) as PythonVersions);
    await closed;
    if (/No module named '(sklearn|numpy)'/.test(said)) return undefined;
    throw new Error(`${script} failed:\n${said}`);
  }

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    lines: AsyncIterator<string>,
    versions: PythonVersions,
  ) {
    this.#python = child;
    this.#lines = lines;
    this.versions = versions;
  }

  /** Rows per second of a model on batches of so many rows, over about so many milliseconds. */
  async time(model: string, batch: number, ms: number): Promise<number> {
    this.#python.stdin.write(`${JSON.stringify({ model, batch, ms })}\n`);
    const answer = await this.#lines.next();
    if (answer.done === true) throw new Error('Python ended');
    return Number(answer.value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#python, 'close');
    this.#python.stdin.end();
    await ended;
  }
}

function linesOf(lines: Interface): AsyncIterator<string> {
  return lines[Symbol.asyncIterator]();
}
