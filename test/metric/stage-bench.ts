import assert from 'node:assert/strict';
import { join } from 'node:path';
import pino from 'pino';
import { NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { Registry } from 'prom-client';
import { MemoryBroker } from '../../src/broker/memory.ts';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import { NO_ALARMS } from '../../src/metric/alarms/alarm-settings.ts';
import type { MetricSettings } from '../../src/metric/settings.ts';
import { type MetricStage, startMetric } from '../../src/metric/stage.ts';
import { SYSTEM_CLOCK } from '../../src/service/clock.ts';
import { Payload } from '../../src/wire/payload.ts';
import { DATA_QUEUES } from '../../src/wire/queues.ts';
import { eventually } from '../setup/eventually.ts';

/** The settings of a stage whose files are all in one folder. */
export function settingsIn(dir: string): MetricSettings {
  return {
    queues: DATA_QUEUES,
    dialect: 'native',
    bind: undefined,
    ledgerPath: join(dir, 'ledger.db'),
    writesLog: true,
    logsDir: dir,
    logColumns: [],
    logChallengers: false,
    task: 'auto',
    output: undefined,
    figures: NO_FURTHER_FIGURES,
    alarms: NO_ALARMS,
    alarmWebhook: undefined,
    alarmCoverage: 0,
    horizonMs: 60_000,
    retentionMs: 600_000,
    durability: 'process',
    recentIdsMax: 1000,
    snapshotEveryMs: 50,
    prefetch: 100,
    batchMax: 10,
    lingerMs: 1,
  };
}

/** A metric stage on a broker in memory, with everything around it that a test looks at. */
export class Bench implements AsyncDisposable {
  readonly broker = new MemoryBroker({ retryPauses: { firstMs: 10, maxMs: 50 } });
  readonly registry = new Registry();
  readonly stage: MetricStage;

  private constructor(stage: MetricStage, broker: MemoryBroker, registry: Registry) {
    this.stage = stage;
    this.broker = broker;
    this.registry = registry;
  }

  static async start(settings: MetricSettings): Promise<Bench> {
    const [broker, registry] = [
      new MemoryBroker({ retryPauses: { firstMs: 10, maxMs: 50 } }),
      new Registry(),
    ];
    const stage = await startMetric(settings, {
      broker,
      log: pino({ level: 'silent' }),
      registry,
      clock: SYSTEM_CLOCK,
    });
    await eventually(async () => assert.ok(stage.readiness().ready), 5000, 5);
    return new Bench(stage, broker, registry);
  }

  /** Fulfils when it is acknowledged. */
  send(queue: string, message: unknown): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    return this.broker.publish({ queue }, { payload: Payload.ofBytes(Buffer.from(text)) });
  }

  mustBalance(): void {
    const { predictions, truths } = this.stage.books();
    assert.equal(predictionImbalance(predictions), 0);
    assert.equal(truthImbalance(truths), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage.stop();
    await this.broker.close();
  }
}
