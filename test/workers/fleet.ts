import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import { encodePredictions } from '../../src/wire/predictions.ts';
import { DATA_QUEUES, dataQueue } from '../../src/wire/queues.ts';
import { encodeTruth } from '../../src/wire/truth.ts';
import { Program } from '../e2e/program.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import { HORIZON_MS, type Phase } from './history.ts';

/** What a fleet of workers runs on. */
export interface FleetSettings {
  readonly node: RabbitNode;
  /** Of each worker, as `--ledger` takes it: all reach the same one, each in its own way. */
  readonly ledgers: readonly string[];
  /** Further variables, of each worker. */
  readonly env?: readonly Readonly<Record<string, string>>[];
}

/** Metric workers as processes of their own, on one ledger and one folder, and what is sent to them. */
export class Fleet implements AsyncDisposable {
  readonly logsDir = mkdtempSync(join(tmpdir(), 'aftermath-fleet-'));
  readonly workers: Program[] = [];
  readonly #settings: FleetSettings;
  readonly #broker: AmqpBroker;

  private constructor(settings: FleetSettings) {
    this.#settings = settings;
    this.#broker = new AmqpBroker({
      url: settings.node.url,
      access: {},
      log: pino({ level: 'silent' }),
      name: 'fleet',
      publishInFlightMax: 100,
    });
  }

  /** Starts the workers and waits until they are ready. */
  static async start(settings: FleetSettings): Promise<Fleet> {
    const fleet = new Fleet(settings);
    try {
      for (const queue of [DATA_QUEUES.predictions, DATA_QUEUES.truth])
        await fleet.#broker.declareQueue(dataQueue(queue, 'native'));
      for (const i of settings.ledgers.keys()) fleet.start(i);
      for (const worker of fleet.workers) await worker.says(/runs; health and figures/);
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a worker that does not run. */
  start(i: number): void {
    const { node, ledgers, env = [] } = this.#settings;
    this.workers[i] = Program.aftermath(
      [
        'metric',
        ['--broker', node.url, '--ledger', ledgers[i] ?? '', '--logs', this.logsDir, '--port', '0'],
        [
          '--horizon',
          `${HORIZON_MS}ms`,
          '--log-columns',
          'model',
          '--log-challengers',
          '--slice',
          'site',
          '--slices-max',
          '50',
          '--windows',
          'none',
        ],
      ].flat(),
      env[i],
    );
  }

  /** `kill -9`, and at once a new one. */
  async kill(i: number): Promise<void> {
    this.workers[i]?.signal('SIGKILL');
    await this.workers[i]?.ended();
    this.start(i);
  }

  /** Publishes a phase; fulfils when the broker has all of it. @param perMessage records in a message */
  async send({ predictions, truths }: Phase, perMessage = 100): Promise<void> {
    const sent: Promise<void>[] = [];
    const count = Math.max(predictions.length, truths.length);
    for (let from = 0; from < count; from += perMessage) {
      const to = from + perMessage;
      for (const payload of encodePredictions(predictions.slice(from, to), 'native'))
        sent.push(this.#broker.publish({ queue: DATA_QUEUES.predictions }, { payload }));
      for (const payload of encodeTruth(truths.slice(from, to), 'native'))
        sent.push(this.#broker.publish({ queue: DATA_QUEUES.truth }, { payload }));
      if (sent.length >= 64) await Promise.all(sent.splice(0));
    }
    await Promise.all(sent);
  }

  /** Messages that are not acknowledged. */
  async left(): Promise<number> {
    const said = await this.#settings.node.ctl('list_queues', 'name', 'messages');
    const counts = said.split('\n').map((line) => /^y_\w+\t(\d+)/.exec(line.trim())?.[1]);
    return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
  }

  /** Waits until every message is acknowledged. */
  async acknowledged(): Promise<void> {
    await this.#comesTo(0, () => this.left(), 'messages are not acknowledged');
  }

  /** Records in the books of the ledger, as the first worker shows them. */
  async received(): Promise<number> {
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(this.workers[0]?.stderr ?? '') ?? [];
    const text = await fetch(`${url}/metrics`)
      .then((answer) => answer.text())
      .catch(() => '');
    const counts = text.matchAll(
      /^aftermath_(?:predictions|truths)_(?:total|pending|expired|waiting|orphan|late)\S* (\d+)/gm,
    );
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Waits until so many records are in the books. */
  async receives(records: number): Promise<void> {
    await this.#comesTo(records, () => this.received(), `records received of ${records}`);
  }

  /** Waits for a count, as long as it goes on changing. */
  async #comesTo(wanted: number, count: () => Promise<number>, what: string): Promise<void> {
    let deadlineMs = performance.now() + PATIENCE_MS;
    for (let before = await count(), found = before; found !== wanted; found = await count()) {
      this.mustRun();
      if (found !== before) deadlineMs = performance.now() + PATIENCE_MS;
      else if (performance.now() > deadlineMs)
        throw new Error(`${found} ${what}, and nothing goes on; they said:\n${this.said()}`);
      before = found;
      await pause(50);
    }
  }

  /** @throws when a worker has ended by itself */
  mustRun(): void {
    for (const { code, stderr } of this.workers)
      if (code !== null) throw new Error(`A worker ended with ${code}:\n${stderr.slice(-3_000)}`);
  }

  /** Stops all workers in order, and gives their exit codes. */
  async stop(): Promise<number[]> {
    for (const worker of this.workers) worker.signal('SIGTERM');
    return Promise.all(this.workers.map((worker) => worker.ended()));
  }

  said(): string {
    return this.workers.map(({ stderr }) => stderr.slice(-2_000)).join('\n---\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.workers) await worker[Symbol.asyncDispose]();
    for (const queue of [DATA_QUEUES.predictions, DATA_QUEUES.truth])
      await this.#settings.node.ctl('delete_queue', queue).catch(() => {});
    await this.#broker.close();
    rmSync(this.logsDir, { recursive: true, force: true });
  }
}

/** Without any news. */
const PATIENCE_MS = 120_000;
