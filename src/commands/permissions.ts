import { Option, type Command } from 'commander';
import { parseAmqpUrl } from '../broker/amqp-target.ts';
import { isPostgresUrl } from '../metric/ledger/postgres/address.ts';
import { AftermathError } from '../service/errors.ts';
import { brokerOf, BROKER, stream } from './broker-settings.ts';
import { brokerRights, HOLDERS, rightsPattern, type Holder, type RightsSettings } from './broker-rights.ts';
import { command } from './command.ts';
import { ledgerGrant, type LedgerGrant, readerGrant } from './ledger-rights.ts';

/** `aftermath permissions`: the least rights that each stage needs. */
export const permissionsCommand: Command = command({
  name: 'permissions',
  arguments: [['[stage]', `one of ${HOLDERS.join(', ')}; without it the four stages`]],
  summary: 'the least rights that each stage needs on broker and database, as commands that grant them',
  help:
    'Prints the rabbitmqctl commands that give each stage the rights it needs, for the queue names and the virtual host\n' +
    'in force, and no others; with a ledger in PostgreSQL also the psql commands for metric. Give the settings that the\n' +
    'stages have. A reader may look at the ledger (ledger check, ledger export) and change nothing; whoever watches the page\n' +
    'needs none. It asks no server and changes nothing.',
  settings: [...BROKER, 'bind', 'tasksDir', 'tasksQueue', 'ledger', 'alarm'],
  flags: [
    new Option('--user <NAME>', 'name of the user (default: aftermath-STAGE)'),
    new Option(
      '--declared',
      'queues, exchanges and tables are there already: without the right to make them',
    ),
    new Option('--json', 'answer in JSON'),
  ],
  run: async ({ settings: { values }, arguments: [stage], flags }) => {
    const holders = stage === undefined ? STAGES : [holder(stage)];
    if (stage === undefined && values.bind !== undefined) {
      throw new AftermathError('usage', 'Cannot tell whose input --bind is: name a stage, model or metric.');
    }
    const { url, access } = brokerOf(values);
    if (url === 'memory') {
      throw new AftermathError(
        'usage',
        'Cannot grant anything: the broker in memory asks nobody for rights.',
      );
    }
    const { vhost } = parseAmqpUrl(url, access);
    const needs: RightsSettings = {
      queues: stream(values).queues,
      tasksQueue: values.tasksDir === undefined ? undefined : values.tasksQueue,
      bind: values.bind,
      hasAlarms: values.alarm.length > 0,
    };
    const user = typeof flags['user'] === 'string' ? flags['user'] : undefined;
    const isDeclared = flags['declared'] === true;
    const { ledger } = values;
    const database = ledger !== undefined && isPostgresUrl(ledger) ? ledger : undefined;
    const grants = holders.map((name): Grant => {
      const grant = brokerGrant(name, needs, { vhost, user: user ?? `aftermath-${name}`, isDeclared });
      if (name === 'reader') return { ...grant, ledger: readerGrant(mustBeNamed(database), user) };
      const keepsLedger = database !== undefined && (name === 'metric' || name === 'run');
      return keepsLedger ? { ...grant, ledger: ledgerGrant(database, { user, isDeclared }) } : grant;
    });
    const text =
      flags['json'] === true ? JSON.stringify(grants, undefined, 2) : grants.map(shell).join('\n\n');
    process.stdout.write(`${text}\n`);
    return 0;
  },
});

const STAGES = ['features', 'model', 'metric', 'plot'] as const satisfies readonly Holder[];

/** What one user gets; the rights are patterns as RabbitMQ takes them. */
interface Grant {
  readonly stage: Holder;
  readonly user: string;
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
  readonly topics: readonly { readonly exchange: string; readonly write: string; readonly read: string }[];
  /** With a ledger in PostgreSQL. */
  readonly ledger?: LedgerGrant;
}

function brokerGrant(
  stage: Holder,
  needs: RightsSettings,
  to: { readonly vhost: string; readonly user: string; readonly isDeclared: boolean },
): Grant {
  const { configure, write, read, topics } = brokerRights(stage, needs);
  const { vhost, user, isDeclared } = to;
  const declares = isDeclared ? configure.filter((name) => name.startsWith('amq.')) : configure;
  return {
    stage,
    user,
    vhost,
    configure: rightsPattern(declares),
    write: rightsPattern(write),
    read: rightsPattern(read),
    topics: topics.map(({ exchange, key }) => ({
      exchange,
      write: rightsPattern([]),
      read: rightsPattern([key]),
    })),
  };
}

function shell({ stage, user, vhost, configure, write, read, topics, ledger }: Grant): string {
  const grant = ['rabbitmqctl set_permissions -p', ...[vhost, user, configure, write, read].map(quoted)];
  // Who reads a ledger alone is no user of the broker.
  const onBroker = stage === 'reader' ? [] : [grant.join(' ')];
  const perTopic = topics.map((topic) =>
    [
      'rabbitmqctl set_topic_permissions -p',
      ...[vhost, user, topic.exchange, topic.write, topic.read].map(quoted),
    ].join(' '),
  );
  const onLedger = (ledger?.statements ?? []).map(
    (statement) => `psql -d ${quoted(ledger?.database ?? '')} -c ${quoted(statement)}`,
  );
  return [`# ${stage}`, ...onBroker, ...perTopic, ...onLedger].join('\n');
}

function mustBeNamed(database: string | undefined): string {
  if (database !== undefined) return database;
  throw new AftermathError(
    'usage',
    'Cannot tell the rights of a reader: it reads a ledger in PostgreSQL, and none is named. Give --ledger postgres://…',
  );
}

/** As a word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function holder(name: string): Holder {
  const found = HOLDERS.find((known) => known === name);
  if (found !== undefined) return found;
  throw new AftermathError(
    'usage',
    `Cannot tell the rights of "${name}": found no such stage, expected one of ${HOLDERS.join(', ')}.`,
  );
}
