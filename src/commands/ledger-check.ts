import { Option } from 'commander';
import { checkDatabase } from '../metric/care/check-database.ts';
import { checkFile } from '../metric/care/check-file.ts';
import type { LedgerCheck } from '../metric/care/ledger-check.ts';
import { isPostgresUrl } from '../metric/ledger/postgres/address.ts';
import { booksText } from './books-text.ts';
import { command } from './command.ts';
import { LEDGER, LOG, logOf } from './ledger-log.ts';

/** `aftermath ledger check`: whether a ledger is sound. */
export const checkCommand = command({
  name: 'check',
  arguments: [LEDGER],
  summary: 'whether a ledger is sound, to its last entry, and agrees with its log',
  help:
    'Reads all of it: every entry, whether the books balance and count what is there, whether every outcome has its\n' +
    'number, and whether the log has what they say; of a file also the database and the checksum of every blob. It\n' +
    'changes nothing, asks PostgreSQL for no right but to read, and metric may be at work. Exit code 1 when something\n' +
    'is wrong.',
  settings: [],
  flags: [LOG, new Option('--json', 'answer in JSON')],
  run: async ({ arguments: [ledger = ''], flags }) => {
    const logPath = logOf(ledger, flags);
    const found = isPostgresUrl(ledger)
      ? await checkDatabase(ledger, logPath)
      : checkFile(ledger, logPath ?? '');
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(found, undefined, 2)}\n` : checkText(found),
    );
    return found.sound ? 0 : 1;
  },
});

function checkText({
  path,
  bytes,
  sound,
  problems,
  notes,
  ids,
  outcomes,
  models,
  truths,
}: LedgerCheck): string {
  const facts: [string, number | string | undefined][] = [
    ['ledger', path],
    ['bytes', bytes],
    ['ids', ids],
    ['outcomes', outcomes],
    ...models.map(({ model, counts }): [string, string] => [`model ${model}`, booksText(counts)]),
    ['truths', truths === undefined ? undefined : booksText(truths)],
  ];
  const shown = facts.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return [
    ...shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...problems.map((problem) => `problem: ${problem}`),
    ...notes.map((note) => `note: ${note}`),
    sound ? 'sound' : `damaged: \`aftermath ledger rebuild ${path}\` makes a new one from the log`,
    '',
  ].join('\n');
}
