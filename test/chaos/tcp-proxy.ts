import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A proxy between the services and their broker, for what a network does to a connection. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #way: Way = 'open';

  private constructor(target: number) {
    this.#server = createServer((near) => this.#accept(near, target));
  }

  /** Listens on a free port of 127.0.0.1 and passes everything to another one there. */
  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that pass through it now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Ends every connection as a router that was switched off does: neither side is told what still was on the way. */
  cut(): void {
    for (const pair of this.#pairs) pair.cut();
  }

  /** From now on nothing passes, and nobody is told; what comes meanwhile is kept. New connections are taken, and stand too. */
  freeze(): void {
    this.#set('frozen');
  }

  /** From now on everything is swallowed, and nobody is told. */
  swallow(): void {
    this.#set('swallowing');
  }

  /** Everything passes again. A connection that lost bytes cannot go on: it is cut. */
  open(): void {
    for (const pair of this.#pairs) if (pair.hasLost) pair.cut();
    this.#set('open');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
  }

  #set(way: Way): void {
    this.#way = way;
    for (const pair of this.#pairs) pair.set(way);
  }

  #accept(near: Socket, target: number): void {
    const pair = new Pair(near, connect(target, '127.0.0.1'), () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
    pair.set(this.#way);
  }
}

type Way = 'open' | 'frozen' | 'swallowing';

/** One connection: the service's side and the broker's. */
class Pair {
  /** Bytes that never arrived. */
  hasLost = false;
  readonly #sides: readonly [Socket, Socket];
  #way: Way = 'open';

  constructor(near: Socket, far: Socket, ended: () => void) {
    this.#sides = [near, far];
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (bytes) => this.#pass(bytes, from, to));
      from.on('error', () => this.cut());
      from.on('close', () => {
        this.cut();
        ended();
      });
    }
  }

  set(way: Way): void {
    this.#way = way;
    for (const side of this.#sides) {
      if (way === 'frozen') side.pause();
      else side.resume();
    }
  }

  cut(): void {
    for (const side of this.#sides) side.destroy();
  }

  #pass(bytes: Buffer | string, from: Socket, to: Socket): void {
    if (this.#way === 'swallowing') {
      this.hasLost = true;
      return;
    }
    if (to.write(bytes)) return;
    from.pause();
    to.once('drain', () => {
      if (this.#way !== 'frozen') from.resume();
    });
  }
}
