import { ledgerContract } from '../contracts/ledger.ts';
import { testSchema } from '../setup/postgres.ts';
import { openIn } from './opened-postgres.ts';

ledgerContract('PostgreSQL', async (sinks) => openIn(await testSchema(), sinks));
