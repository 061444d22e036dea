import { AftermathError, messageOf } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import { lastingRefusal, serverText, throwBug } from './amqp-errors.ts';
import { openSession, type Session } from './amqp-session.ts';
import type { AmqpTarget } from './amqp-target.ts';
import type { BrokerState } from './broker.ts';
import { PAUSE_BOUNDS, Pauses, pause, type PauseBounds } from './pauses.ts';

/** How a link is kept. */
export interface LinkOptions {
  readonly target: AmqpTarget;
  readonly log: Logger;
  readonly name: string;
  /** Makes sure on every new session, before anybody gets it, that what was declared is there. */
  readonly prepare: (session: Session) => Promise<void>;
  readonly pauses?: PauseBounds;
}

/** A session that lasted this long was a good one: the pauses start from the beginning. */
const LASTING_MS = 5_000;

/**
 * Keeps a session with the server: connects, and connects again with growing pauses for as long as it takes.
 * Each pause is told once in the log. A refusal that trying again cannot help ends it only before the first
 * success: a server that knew us yesterday and does not now is in the middle of something.
 */
export class Link {
  readonly target: AmqpTarget;
  readonly #options: LinkOptions;
  readonly #listeners = new Set<(state: BrokerState) => void>();
  readonly #closing = new AbortController();
  readonly #closed = aborted(this.#closing.signal);
  readonly #pauses: Pauses;
  #state: BrokerState = 'connecting';
  #session: Session | undefined;
  #next = nextSession();
  #ended: AftermathError | undefined;
  /** Index of the host that is tried first. */
  #first = 0;
  #wasConnected = false;
  readonly #running: Promise<void>;

  constructor(options: LinkOptions) {
    this.target = options.target;
    this.#options = options;
    this.#pauses = new Pauses(options.pauses ?? PAUSE_BOUNDS);
    this.#running = this.#run();
  }

  get state(): BrokerState {
    return this.#state;
  }

  onState(listener: (state: BrokerState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * The present session, or the next one.
   *
   * @throws {AftermathError} `stop` when the server will not have us, `retry` once the link is closed
   */
  session(): Promise<Session> {
    if (this.#ended) return Promise.reject(this.#ended);
    return this.#session ? Promise.resolve(this.#session) : this.#next.promise;
  }

  /**
   * Does some work on the present session, and again on the next one when the session is lost meanwhile, and
   * again after a pause when the server could not do it now.
   *
   * @param action what is tried, as in `Cannot <action>`
   * @throws {AftermathError} `stop` when the server's refusal is a lasting one
   */
  async use<T>(action: string, work: (session: Session) => Promise<T>): Promise<T> {
    const pauses = new Pauses(this.#options.pauses ?? PAUSE_BOUNDS);
    for (;;) {
      const session = await this.session();
      try {
        return await work(session);
      } catch (error) {
        const told = session.lostBecause ?? error;
        const refusal = lastingRefusal(told, action, this.target);
        if (refusal) throw refusal;
        if (!session.isLost) await this.rest(pauses, `Cannot ${action} now: ${serverText(messageOf(error))}`);
      }
    }
  }

  /** Tells the log what is wrong and when it is tried again, and waits until then, or until the link closes. */
  async rest(pauses: Pauses, found: string): Promise<void> {
    const ms = pauses.nextMs();
    this.#options.log.warn(`${found.replace(/[.\s]*$/, '.')} Trying again in ${(ms / 1000).toFixed(1)} s.`);
    await pause(ms, this.#closing.signal);
  }

  async close(): Promise<void> {
    this.#end(
      new AftermathError(
        'retry',
        `Cannot reach RabbitMQ at ${this.target.shown}: the connection was closed.`,
      ),
    );
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      const session = await this.#connect();
      if (!session) continue;
      const since = performance.now();
      this.#up(session);
      const reason = await Promise.race([session.lost, this.#closed]);
      this.#session = undefined;
      await session.close();
      if (this.#ended || !reason) return;
      this.#next = nextSession();
      // A host that has just gone may take long to say so.
      this.#first = this.target.hosts.indexOf(session.host) + 1;
      this.#set('connecting');
      if (performance.now() - since > LASTING_MS) this.#pauses.reset();
      await this.rest(
        this.#pauses,
        `Lost the connection to ${session.host.shown}: ${serverText(messageOf(reason))}`,
      );
    }
  }

  async #connect(): Promise<Session | undefined> {
    const { target, name, prepare } = this.#options;
    const abandoned = this.#closing.signal;
    let session: Session | undefined;
    try {
      const opening = openSession({ target, start: this.#first, name });
      session = await Promise.race([opening, this.#closed]);
      if (!session) {
        opening.then((late) => late.close()).catch(() => {});
        return undefined;
      }
      await Promise.race([prepare(session), this.#closed]);
      if (!session.isLost && !abandoned.aborted) return session;
      throw session.lostBecause ?? new Error('closed');
    } catch (error) {
      await session?.close();
      throwBug(error);
      if (abandoned.aborted) return undefined;
      this.#first += 1;
      if (!this.#wasConnected && error instanceof AftermathError && error.consequence !== 'retry') {
        this.#end(error);
        return undefined;
      }
      await this.rest(this.#pauses, messageOf(error));
      return undefined;
    }
  }

  #up(session: Session): void {
    const { log } = this.#options;
    log.info(`Connected to ${session.server} at ${session.host.shown}.`);
    session.publishing.on('blocked', (reason) => {
      log.warn(`RabbitMQ takes no messages now (${reason}): publishing pauses until it does.`);
      if (this.#session === session) this.#set('blocked');
    });
    session.publishing.on('unblocked', () => {
      log.info('RabbitMQ takes messages again.');
      if (this.#session === session) this.#set('connected');
    });
    this.#wasConnected = true;
    this.#session = session;
    this.#set('connected');
    this.#next.resolve(session);
  }

  #end(error: AftermathError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#next.reject(error);
    this.#set('closed');
  }

  #set(state: BrokerState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

function nextSession(): PromiseWithResolvers<Session> {
  const next = Promise.withResolvers<Session>();
  // Nobody may be waiting when it ends.
  next.promise.catch(() => {});
  return next;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
