import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { type LedgerCheck, checkLedger } from '../metric/care/check-ledger.ts';
import { type Rebuilt, rebuildLedger } from '../metric/care/rebuild-ledger.ts';
import { createLogger } from '../service/logging.ts';
import { booksText } from './books-text.ts';
import { command, SAYING } from './command.ts';
import { moveCommand } from './ledger-move.ts';

const FILE = ['<file>', 'ledger file (ledger.db in --logs unless metric was told otherwise)'] as const;
const LOG = new Option('--log <FILE>', 'its log (default: metric_log.csv beside it)');
const JSON_FLAG = new Option('--json', 'answer in JSON');

const check = command({
  name: 'check',
  arguments: [FILE],
  summary: 'whether a ledger file is sound, to its last byte, and agrees with its log',
  help:
    'Reads the whole file: the database, the checksum of every blob, every entry, whether the books balance and count\n' +
    'what is there, and whether the log has what they say. Changes nothing; metric may be at work. Exit code 1 when\n' +
    'something is wrong.',
  settings: [],
  flags: [LOG, JSON_FLAG],
  run: async ({ arguments: [path = ''], flags }) => {
    const found = checkLedger(path, logOf(path, flags));
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(found, undefined, 2)}\n` : checkText(found),
    );
    return found.sound ? 0 : 1;
  },
});

const rebuild = command({
  name: 'rebuild',
  arguments: [FILE],
  summary: 'a new ledger file of what the log knows; the old one is kept aside',
  help:
    'Makes a ledger of the outcomes in the log: the figures, and the ids, so that what comes again is recognised. The\n' +
    'file that was there is kept under another name. Stop metric first, and give the settings that it has.',
  settings: ['horizon', 'retention', 'task', 'recentIds', ...SAYING],
  flags: [
    LOG,
    new Option('--model <NAME>', 'whose rows they are where the log has no column model'),
    new Option('--text-ids', 'ids that read as numbers were texts'),
    JSON_FLAG,
  ],
  run: async ({ settings: { values }, arguments: [path = ''], flags }) => {
    const made = await rebuildLedger({
      path,
      logPath: logOf(path, flags),
      task: values.task === 'auto' ? undefined : values.task,
      horizonMs: values.horizon,
      retentionMs: values.retention,
      recentIdsMax: values.recentIds,
      durability: 'power-cut',
      output: undefined,
      slices: [],
      slicesMax: 1,
      numericIds: flags['textIds'] !== true,
      model: typeof flags['model'] === 'string' ? flags['model'] : undefined,
      log: createLogger({ service: 'ledger', level: values.logLevel, format: values.logFormat }),
    });
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(made, undefined, 2)}\n` : rebuiltText(made),
    );
    return 0;
  },
});

/** `aftermath ledger`: looks after a ledger. */
export const ledgerCommand: Command = new Command('ledger')
  .summary('check a ledger, rebuild it from its log, move it to PostgreSQL')
  .description('Looks after the file or the database in which metric keeps what it has joined.')
  .helpOption('-h, --help', 'show this help')
  .helpCommand(false)
  .exitOverride()
  .addCommand(check)
  .addCommand(rebuild)
  .addCommand(moveCommand);

function logOf(path: string, flags: Readonly<Record<string, unknown>>): string {
  return typeof flags['log'] === 'string' ? flags['log'] : join(dirname(path), 'metric_log.csv');
}

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

function rebuiltText({ path, aside, rows, outcomes, revisions, models, unknown }: Rebuilt): string {
  return [
    `${path} is made anew from ${rows} rows: ${outcomes} outcomes, ${revisions} of them revisions, of ${models.join(', ') || 'no model'}`,
    ...(aside === undefined ? [] : [`the file that was there is ${aside}`]),
    ...unknown.map((note) => `note: ${note}`),
    '',
  ].join('\n');
}
