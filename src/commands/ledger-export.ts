import { once } from 'node:events';
import { open, rename } from 'node:fs/promises';
import { Option } from 'commander';
import { type Exported, exportLedger } from '../metric/care/export-ledger.ts';
import { AftermathError, codeOf, messageOf } from '../service/errors.ts';
import { command } from './command.ts';
import { LEDGER } from './ledger-log.ts';

/** `aftermath ledger export`: everything it knows, as lines of JSON. */
export const exportCommand = command({
  name: 'export',
  arguments: [LEDGER],
  summary: 'all entries of a ledger as lines of JSON',
  help:
    'Writes a line of JSON for each prediction that the ledger knows, with its truth, and one for each truth without a\n' +
    'prediction: what docs/operations.md says of their members. As it is at one moment; metric may be at work. It asks\n' +
    'PostgreSQL for no right but to read.',
  settings: [],
  flags: [
    new Option(
      '--out <FILE>',
      'into a file, which is there only when it is whole (default: standard output)',
    ),
  ],
  run: async ({ arguments: [ledger = ''], flags }) => {
    const { out } = flags;
    if (typeof out === 'string') {
      const { ids, lines } = await toFile(ledger, out);
      process.stdout.write(`${lines} lines of ${ids} ids are in ${out}\n`);
    } else {
      await exportLedger(ledger, write);
    }
    return 0;
  },
});

async function toFile(ledger: string, path: string): Promise<Exported> {
  const part = `${path}.part`;
  try {
    let exported: Exported;
    {
      await using file = await open(part, 'w');
      exported = await exportLedger(ledger, (lines) => file.appendFile(lines));
    }
    await rename(part, path);
    return exported;
  } catch (error) {
    if (error instanceof AftermathError || codeOf(error) === undefined) throw error;
    throw new AftermathError('stop', `Cannot export into ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
