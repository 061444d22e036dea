import { join } from 'node:path';
import { SqliteLedger } from '../../src/metric/ledger/sqlite.ts';
import type { OutcomeSinks } from '../../src/metric/ledger/ledger.ts';
import { historyContract } from '../contracts/ledger-history.ts';
import { HORIZON_MS, type OpenedLedger, RETENTION_MS, ledgerContract } from '../contracts/ledger.ts';
import { Scratch } from './ledger-fixture.ts';

for (const recentIdsMax of [2, 1000]) {
  const name = recentIdsMax === 2 ? 'SQLite, every entry in a segment at once' : 'SQLite, entries in memory';
  const open = (sinks: OutcomeSinks): Promise<OpenedLedger> => openIn(new Scratch(), sinks, recentIdsMax);
  ledgerContract(name, open);
  historyContract(name, open);
}

async function openIn(scratch: Scratch, sinks: OutcomeSinks, recentIdsMax: number): Promise<OpenedLedger> {
  const ledger = await SqliteLedger.open(
    {
      path: join(scratch.dir, 'ledger.db'),
      durability: 'process',
      recentIdsMax,
      horizonMs: HORIZON_MS,
      retentionMs: RETENTION_MS,
      task: undefined,
      output: undefined,
      slices: [],
      slicesMax: 1,
    },
    sinks,
  );
  return {
    ledger,
    caughtUp: async () => {},
    async reopen() {
      await ledger[Symbol.asyncDispose]();
      return openIn(scratch, sinks, recentIdsMax);
    },
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]();
      scratch[Symbol.dispose]();
    },
  };
}
