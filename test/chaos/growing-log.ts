import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { codeOf } from '../../src/service/errors.ts';

const NEWLINE = 10;
const CHUNK_BYTES = 1 << 20;

/** Counts the rows of a log while it grows, without reading all of it at every look. */
export class GrowingLog {
  readonly path: string;
  #offset = 0;
  #lines = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Rows without the header; 0 where there is no file. A file that was cut back may count too many until `reread`. */
  rows(): number {
    let fd: number;
    try {
      fd = openSync(this.path, 'r');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return 0;
      throw error;
    }
    try {
      if (fstatSync(fd).size < this.#offset) this.reread();
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (let read = CHUNK_BYTES; read === CHUNK_BYTES; this.#offset += read) {
        read = readSync(fd, chunk, 0, CHUNK_BYTES, this.#offset);
        for (let i = chunk.indexOf(NEWLINE); i !== -1 && i < read; i = chunk.indexOf(NEWLINE, i + 1))
          this.#lines += 1;
      }
    } finally {
      closeSync(fd);
    }
    return Math.max(0, this.#lines - 1);
  }

  /** Begins to count anew. */
  reread(): void {
    this.#offset = 0;
    this.#lines = 0;
  }

  /** What is in it. */
  text(): string {
    return readFileSync(this.path, 'utf8');
  }
}
