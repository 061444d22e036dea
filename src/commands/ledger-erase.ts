import { Option } from 'commander';
import { eraseFromDatabase } from '../metric/care/erase-database.ts';
import { eraseFromFile } from '../metric/care/erase-file.ts';
import type { Erased } from '../metric/care/erased.ts';
import { isPostgresUrl } from '../metric/ledger/postgres/address.ts';
import { AftermathError } from '../service/errors.ts';
import { createLogger } from '../service/logging.ts';
import { command, SAYING } from './command.ts';
import { LEDGER, LOG, logOf } from './ledger-log.ts';

/** `aftermath ledger erase`: an id out of ledger and log. */
export const eraseCommand = command({
  name: 'erase',
  arguments: [LEDGER, ['<id>', 'the id as it stands in the log']],
  summary: "take a person's id out of a ledger and its log",
  help:
    'Takes the id out of every table of the ledger, also of what is free in a file, and all its lines out of the log.\n' +
    'Figures stay: it says what they still hold of it, and where else the id may stand. A number and a text that read\n' +
    'the same are both meant. Stop metric first; run it again when it is stopped on its way, as often as you like.',
  settings: [...SAYING],
  flags: [LOG, new Option('--no-log', 'there is no log any more'), new Option('--json', 'answer in JSON')],
  run: async ({ settings: { values }, arguments: [ledger = '', id = ''], flags }) => {
    const logPath = flags['log'] === false ? undefined : logOf(ledger, flags);
    if (logPath === undefined && flags['log'] !== false) {
      throw new AftermathError(
        'usage',
        'Cannot erase from a ledger in PostgreSQL alone: name its log with --log, or say --no-log where there is none any more.',
      );
    }
    const log = createLogger({ service: 'ledger', level: values.logLevel, format: values.logFormat });
    const erased = await (isPostgresUrl(ledger)
      ? eraseFromDatabase({ ledger, logPath, id }, log)
      : eraseFromFile({ ledger, logPath, id }, log));
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(erased, undefined, 2)}\n` : erasedText(erased),
    );
    return 0;
  },
});

function erasedText({
  id,
  ledger,
  entries,
  lines,
  predictions,
  waiting,
  remains,
  elsewhere,
}: Erased): string {
  return [
    `${id} is not in ${ledger}: ${entries} entries and ${lines} lines of the log were taken out`,
    ...predictions.map(
      ({ model, state, outcomes }) =>
        `model ${model}  ${state}${outcomes > 0 ? `, ${outcomes} outcomes` : ''}`,
    ),
    ...(waiting > 0 ? [`truths  waiting ${waiting}`] : []),
    ...remains.map((sentence) => `remains: ${sentence}`),
    ...elsewhere.map((sentence) => `elsewhere: ${sentence}`),
    '',
  ].join('\n');
}
