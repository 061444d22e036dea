import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * When a connection is cut: the server never hears of the commit, or has answered and nobody hears of that; or in the moment in which
 * a worker that has met an unknown word asks for it.
 */
export type CutMoment = 'before the commit' | 'after the commit' | 'before words are read';

/**
 * A proxy to a PostgreSQL that cuts a connection in the middle of a commit: the worker cannot tell which of the two happened.
 */
export class CommitCutter implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next: CutMoment | undefined;
  /** Connections that were cut so. */
  cuts = 0;

  private constructor(target: number) {
    this.#server = createServer((near) => this.#accept(near, target));
  }

  /** Listens on a free port of 127.0.0.1. @param url of the server; as a worker is to reach it, see `through` */
  static async to(url: string): Promise<CommitCutter> {
    const cutter = new CommitCutter(Number(new URL(url).port));
    await once(cutter.#server.listen(0, '127.0.0.1'), 'listening');
    return cutter;
  }

  /** The same address through this proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.port = String((this.#server.address() as AddressInfo).port);
    return changed.href;
  }

  /** The next commit of any connection is cut. */
  cutNext(moment: CutMoment): void {
    this.#next = moment;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(near: Socket, target: number): void {
    const far = connect(target, '127.0.0.1');
    let isDoomed = false;
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    // Statements are sent once with their text, then by their name.
    let words: string | undefined;
    near.on('data', (bytes: Buffer) => {
      if (words !== undefined && this.#next === 'before words are read' && bytes.includes(`\0${words}\0`)) {
        this.cuts++;
        this.#next = undefined;
        return cut();
      }
      words ??= /(s\d+)\0SELECT code, text FROM word/.exec(bytes.toString('latin1'))?.[1];
      if (this.#next?.endsWith('the commit') && bytes.includes(COMMIT)) {
        isDoomed = true;
        this.cuts++;
        const moment = this.#next;
        this.#next = undefined;
        if (moment === 'before the commit') return cut();
      }
      if (!far.write(bytes)) {
        near.pause();
        far.once('drain', () => near.resume());
      }
    });
    far.on('data', (bytes: Buffer) => {
      // The answer to the commit: it has happened, and nobody is told.
      if (isDoomed) return cut();
      if (!near.write(bytes)) {
        far.pause();
        near.once('drain', () => far.resume());
      }
    });
  }
}

/** A simple query is its text with a zero byte behind it. */
const COMMIT = Buffer.from('COMMIT\0');
