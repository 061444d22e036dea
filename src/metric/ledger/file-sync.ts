import { closeSync, fdatasync, openSync } from 'node:fs';
import { AftermathError, messageOf } from '../../service/errors.ts';

/**
 * Brings what was written to a file onto the disk, off the main thread: the next batch is joined meanwhile. One
 * sync is under way at a time; whoever comes during it shares the next one.
 */
export class FileSync implements AsyncDisposable {
  readonly #path: string;
  readonly #fd: number;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, 'r');
  }

  /**
   * Fulfils when everything that is in the file now would survive a power cut.
   *
   * @throws {AftermathError} `stop`: after a failed sync nobody knows what is on the disk, and asking again would lie
   */
  sync(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.#running, this.#next]);
    closeSync(this.#fd);
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#running = promise;
    fdatasync(this.#fd, (failure) => {
      if (this.#running === promise) this.#running = undefined;
      if (failure === null) resolve();
      else reject(this.#explained(failure));
    });
    return promise;
  }

  #explained(failure: Error): AftermathError {
    const found = `Cannot bring ${this.#path} onto the disk: ${messageOf(failure)}`;
    return new AftermathError('stop', `${found}. Look after the disk before you start again.`, {
      cause: failure,
    });
  }
}
