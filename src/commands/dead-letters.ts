import { Command, Option } from 'commander';
import type { Broker } from '../broker/broker.ts';
import {
  type DeadLetter,
  type DeadLetterFilter,
  dropDeadLetters,
  lookAtDeadLetters,
  replayDeadLetters,
} from '../broker/dead-letter-box.ts';
import { openBroker } from '../broker/open.ts';
import { AftermathError } from '../service/errors.ts';
import { createLogger } from '../service/logging.ts';
import { BROKER_ACCESS, brokerOf } from './broker-settings.ts';
import { command, type CommandSettings, SAYING } from './command.ts';

const SETTINGS_TAKEN = [...BROKER_ACCESS, ...SAYING] as const;

const FILTERS = [
  new Option('--reason <TEXT>', 'only those whose reason holds this text'),
  new Option('--origin <QUEUE>', 'only those that came from this queue'),
];
const ALL = new Option('--all', 'every one, where neither keys nor a filter are given');
const JSON_FLAG = new Option('--json', 'answer in JSON');

const list = command({
  name: 'list',
  summary: 'what could not be used: key, time, service, queue of origin, reason, beginning',
  help: 'Lists the dead letters, oldest first, a line each. Takes nothing off the queue.',
  settings: SETTINGS_TAKEN,
  flags: [...FILTERS, new Option('--limit <N>', 'so many at most').default('100'), JSON_FLAG],
  run: ({ settings, flags }) =>
    withBroker(settings, async (broker) => {
      const limit = limitOf(flags['limit']);
      const letters: DeadLetter[] = [];
      let more = false;
      await lookAtDeadLetters(broker, filterOf([], flags), (letter) => {
        if (letters.length === limit) more = true;
        else letters.push(letter);
        return !more;
      });
      if (flags['json'] === true)
        print(
          JSON.stringify(
            letters.map((letter) => shown(letter)),
            undefined,
            2,
          ),
        );
      else for (const letter of letters) print(line(letter));
      if (letters.length === 0) process.stderr.write('There are no such dead letters.\n');
      if (more) process.stderr.write(`There are more than ${limit}; --limit shows more.\n`);
      sayDeliveries(letters);
      return 0;
    }),
});

const show = command({
  name: 'show',
  arguments: [['<key>', 'as list tells it']],
  summary: 'one dead letter as a whole',
  help: 'Shows one dead letter with all that is known of it, up to the 64 KiB that are kept. Takes nothing off the queue.',
  settings: SETTINGS_TAKEN,
  flags: [JSON_FLAG],
  run: ({ settings, arguments: keys, flags }) =>
    withBroker(settings, async (broker) => {
      const found: DeadLetter[] = [];
      await lookAtDeadLetters(broker, filterOf(keys, {}), (letter) => found.push(letter) < 1);
      const [letter] = found;
      if (letter === undefined) throw noSuch(keys);
      print(flags['json'] === true ? JSON.stringify(shown(letter, Infinity), undefined, 2) : whole(letter));
      return 0;
    }),
});

const replay = command({
  name: 'replay',
  arguments: [['[keys...]', 'as list tells them']],
  summary: 'put dead letters back where they came from',
  help:
    'Puts dead letters back into the queue they came from, once what refused them is mended. Each is confirmed there\n' +
    'before it is removed here. Exit code 1 when one of them had to stay.',
  settings: SETTINGS_TAKEN,
  flags: [...FILTERS, ALL, JSON_FLAG],
  run: ({ settings, arguments: keys, flags }) =>
    withBroker(settings, async (broker) => {
      const { replayed, left } = await replayDeadLetters(broker, chosen('replay', keys, flags));
      if (flags['json'] === true)
        print(JSON.stringify({ replayed, left: Object.fromEntries(left) }, undefined, 2));
      else {
        print(`${replayed} put back`);
        for (const [why, count] of left) print(`${count} left: ${harmless(why)}`);
      }
      if (keys.length > 0 && replayed === 0 && left.size === 0) throw noSuch(keys);
      return left.size === 0 ? 0 : 1;
    }),
});

const drop = command({
  name: 'drop',
  arguments: [['[keys...]', 'as list tells them']],
  summary: 'remove dead letters for good',
  help: 'Removes dead letters from the queue for good.',
  settings: SETTINGS_TAKEN,
  flags: [...FILTERS, ALL, JSON_FLAG],
  run: ({ settings, arguments: keys, flags }) =>
    withBroker(settings, async (broker) => {
      const dropped = await dropDeadLetters(broker, chosen('drop', keys, flags));
      print(flags['json'] === true ? JSON.stringify({ dropped }, undefined, 2) : `${dropped} removed`);
      if (keys.length > 0 && dropped === 0) throw noSuch(keys);
      return 0;
    }),
});

/** `aftermath dead-letters`: what could not be used, on the broker. */
export const deadLettersCommand: Command = new Command('dead-letters')
  .summary('what could not be used: list, show, replay, drop')
  .description(
    'Looks after the queue aftermath.dead, where every service puts what it cannot use, with the reason.',
  )
  .helpOption('-h, --help', 'show this help')
  .helpCommand(false)
  .exitOverride()
  .addCommand(list)
  .addCommand(show)
  .addCommand(replay)
  .addCommand(drop);

type Flags = Readonly<Record<string, unknown>>;

async function withBroker(
  { values }: CommandSettings<(typeof SETTINGS_TAKEN)[number]>,
  work: (broker: Broker) => Promise<number>,
): Promise<number> {
  // An answer is wanted, not the story of a connection.
  const level = values.logLevel === 'info' ? 'warn' : values.logLevel;
  const log = createLogger({ service: 'dead-letters', level, format: values.logFormat });
  await using broker = openBroker({ ...brokerOf(values), log, name: 'aftermath dead-letters' });
  return await work(broker);
}

function filterOf(keys: readonly string[], flags: Flags): DeadLetterFilter {
  const [reason, origin] = [flags['reason'], flags['origin']];
  return {
    keys: keys.length > 0 ? new Set(keys) : undefined,
    reason: typeof reason === 'string' ? reason : undefined,
    origin: typeof origin === 'string' ? origin : undefined,
  };
}

/** What is to be changed has to be said. */
function chosen(action: string, keys: readonly string[], flags: Flags): DeadLetterFilter {
  const filter = filterOf(keys, flags);
  if (flags['all'] === true || Object.values(filter).some((value) => value !== undefined)) return filter;
  throw new AftermathError(
    'usage',
    `Cannot ${action} dead letters: say which, by key, --reason or --origin, or --all.`,
  );
}

function limitOf(text: unknown): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new AftermathError(
    'usage',
    `Cannot list dead letters: --limit is "${String(text)}", expected a whole number from 1 on.`,
  );
}

function noSuch(keys: readonly string[]): AftermathError {
  return new AftermathError(
    'stop',
    `Cannot find the dead letter ${keys.join(', ')}: it is not in the queue. \`aftermath dead-letters list\` tells the keys.`,
  );
}

const BEGINNING_CHARACTERS = 80;

function shown(letter: DeadLetter, charactersMax = BEGINNING_CHARACTERS): object {
  const { key, at, service, origin, reason, truncated, bytes } = letter;
  const text = textOf(letter);
  return {
    key,
    at,
    service,
    origin,
    reason,
    bytes: bytes.length,
    truncated,
    text: text.slice(0, charactersMax),
  };
}

function line(letter: DeadLetter): string {
  const { key, at = '-', service = '-', origin = '-', reason } = letter;
  const beginning = textOf(letter).slice(0, BEGINNING_CHARACTERS).replaceAll('\n', ' ');
  return [key, at, service, origin, reason, beginning].map(harmless).join('  ');
}

function whole(letter: DeadLetter): string {
  const { key, at, service, origin, reason, truncated, bytes } = letter;
  const size = `${bytes.length} bytes${truncated ? ', the beginning of a longer one' : ''}`;
  const facts = { key, at, service, origin, reason, size };
  const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(8)} ${harmless(value ?? '-')}`);
  return [...lines, '', harmless(textOf(letter))].join('\n');
}

function textOf({ bytes }: DeadLetter): string {
  return Buffer.from(bytes).toString();
}

/** What strangers sent must not steer the terminal. */
function harmless(text: string): string {
  return text.replaceAll(
    /[[\p{Cc}\p{Cf}]--[\n]]/gv,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A quorum queue of RabbitMQ before 4.3 may count each look against its delivery limit. */
function sayDeliveries(letters: readonly DeadLetter[]): void {
  const most = Math.max(0, ...letters.map(({ deliveries }) => deliveries ?? 0));
  if (most === 0) return;
  process.stderr.write(
    `This queue counts deliveries (${most} by now), and before RabbitMQ 4.3 each look is one: give it no delivery limit, ` +
      `rabbitmqctl set_policy dead '^aftermath\\.dead$' '{"delivery-limit": -1}' --apply-to queues.\n`,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
