import { Option } from 'commander';
import { type Moved, moveLedger } from '../metric/care/move-ledger.ts';
import { createLogger } from '../service/logging.ts';
import { booksText } from './books-text.ts';
import { command, SAYING } from './command.ts';

/** `aftermath ledger move`: from a file to PostgreSQL. */
export const moveCommand = command({
  name: 'move',
  arguments: [
    ['<file>', 'ledger file'],
    [
      '<url>',
      'where it goes: postgres://user@host:5432/database, with ?schema=NAME unless that is aftermath',
    ],
  ],
  summary: 'all of a ledger file into an empty database; the file is put aside',
  help:
    'Moves books, figures, what waits, and every outcome that is kept, in one transaction: either all of it is there,\n' +
    'or nothing has changed. Then the file is kept under another name. The log stays where it is: start metric with\n' +
    '--ledger URL and the --logs and --log-columns it had. Stop metric first, and give the settings that it has. When\n' +
    'it is stopped on its way, run it again: it goes on, or begins anew.',
  settings: ['horizon', 'retention', ...SAYING],
  flags: [new Option('--json', 'answer in JSON')],
  run: async ({ settings: { values }, arguments: [path = '', url = ''], flags }) => {
    const moved = await moveLedger({
      path,
      url,
      horizonMs: values.horizon,
      retentionMs: values.retention,
      log: createLogger({ service: 'ledger', level: values.logLevel, format: values.logFormat }),
    });
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(moved, undefined, 2)}\n` : movedText(moved),
    );
    return 0;
  },
});

function movedText({ path, aside, ledger, wasMoved, ids, outcomes, kept, models, truths }: Moved): string {
  return [
    wasMoved
      ? `${path} was moved to ${ledger} before: all of it is there`
      : `${path} is in ${ledger} now: ${ids} ids, ${outcomes} outcomes, ${kept} of them kept`,
    ...models.map(({ model, counts }) => `model ${model}  ${booksText(counts)}`),
    `truths  ${booksText(truths)}`,
    `the file is ${aside} now; keep it until metric has run with the new one`,
    '',
  ].join('\n');
}
