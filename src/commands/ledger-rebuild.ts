import { Option } from 'commander';
import { rebuildDatabase } from '../metric/care/rebuild-database.ts';
import { rebuildFile, type RebuildOptions, type Rebuilt } from '../metric/care/rebuild-ledger.ts';
import { isPostgresUrl } from '../metric/ledger/postgres/address.ts';
import { AftermathError } from '../service/errors.ts';
import { createLogger } from '../service/logging.ts';
import { command, SAYING } from './command.ts';
import { LEDGER, LOG, logOf } from './ledger-log.ts';

/** `aftermath ledger rebuild`: a ledger of what its log knows. */
export const rebuildCommand = command({
  name: 'rebuild',
  arguments: [LEDGER],
  summary: 'a new ledger of what the log knows; the old one is kept aside',
  help:
    'Makes a ledger of the outcomes in the log: the figures, and the ids, so that what comes again is recognised. The\n' +
    'file, or the schema in PostgreSQL, that was there is kept under another name. Stop metric first, and give the\n' +
    'settings that it has.',
  settings: ['horizon', 'retention', 'task', 'recentIds', ...SAYING],
  flags: [
    LOG,
    new Option('--model <NAME>', 'whose rows they are where the log has no column model'),
    new Option('--text-ids', 'ids that read as numbers were texts'),
    new Option('--json', 'answer in JSON'),
  ],
  run: async ({ settings: { values }, arguments: [ledger = ''], flags }) => {
    const logPath = logOf(ledger, flags);
    if (logPath === undefined) {
      throw new AftermathError('usage', 'Cannot rebuild a ledger in PostgreSQL: name its log with --log.');
    }
    const options: RebuildOptions = {
      logPath,
      task: values.task === 'auto' ? undefined : values.task,
      horizonMs: values.horizon,
      retentionMs: values.retention,
      recentIdsMax: values.recentIds,
      numericIds: flags['textIds'] !== true,
      model: typeof flags['model'] === 'string' ? flags['model'] : undefined,
      log: createLogger({ service: 'ledger', level: values.logLevel, format: values.logFormat }),
    };
    const made = await (isPostgresUrl(ledger)
      ? rebuildDatabase(ledger, options)
      : rebuildFile(ledger, options));
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(made, undefined, 2)}\n` : rebuiltText(made),
    );
    return 0;
  },
});

function rebuiltText({ path, aside, rows, outcomes, revisions, models, unknown }: Rebuilt): string {
  return [
    `${path} is made anew from ${rows} rows: ${outcomes} outcomes, ${revisions} of them revisions, of ${models.join(', ') || 'no model'}`,
    ...(aside === undefined ? [] : [`what was there is ${aside} now`]),
    ...unknown.map((note) => `note: ${note}`),
    '',
  ].join('\n');
}
