import { historyContract } from '../contracts/ledger-history.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { testSchema } from '../setup/postgres.ts';
import { openIn } from './opened-postgres.ts';

ledgerContract('PostgreSQL', async (sinks) => openIn(await testSchema(), sinks));

historyContract('PostgreSQL', async (sinks) => openIn(await testSchema(), sinks));
