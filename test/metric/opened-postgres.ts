import pino from 'pino';
import type { OutcomeSinks } from '../../src/metric/ledger/ledger.ts';
import { PostgresLedger } from '../../src/metric/ledger/postgres/postgres-ledger.ts';
import { HORIZON_MS, type OpenedLedger, RETENTION_MS } from '../contracts/ledger.ts';
import type { TestSchema } from '../setup/postgres.ts';

/** A ledger of the contract's limits in a schema, which goes with it. */
export async function openIn(schema: TestSchema, sinks: OutcomeSinks): Promise<OpenedLedger> {
  const ledger = await PostgresLedger.open(
    {
      url: schema.url,
      durability: 'process',
      writesLog: true,
      horizonMs: HORIZON_MS,
      retentionMs: RETENTION_MS,
      task: undefined,
      output: undefined,
      slices: [],
      slicesMax: 1,
    },
    sinks,
    pino({ level: 'silent' }),
  );
  return {
    ledger,
    caughtUp: () => ledger.catchUp(),
    async reopen() {
      await ledger[Symbol.asyncDispose]();
      return openIn(schema, sinks);
    },
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}
