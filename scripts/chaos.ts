/**
 * Kills, freezes, starves and cuts the services and their broker while they are at work, and looks afterwards whether
 * every row is in the log exactly once.
 *
 * Usage: npm run chaos -- [--seed 1] [--kills 50] [--rows 200000] [--hold 60] [--only kills,faults,cluster]
 *   [--rabbitmq FOLDER | --broker amqp://…] [--docs docs/reliability.md] [--out chaos.json]
 *
 * `--hold` is for how many seconds a fault lasts that has no end of its own. `--rabbitmq` is the folder with the scripts
 * of another installed RabbitMQ than the one on PATH. With `--broker` one that runs already is used: it is not killed nor
 * starved, and its queues are to be empty. `--docs` writes the figures into a document, between the two marks for this
 * version of RabbitMQ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Moments } from '../test/chaos/moments.ts';
import { PARTS, type Part, type PartResult } from '../test/chaos/parts.ts';
import { SCRIPTS_VARIABLE } from '../test/setup/installed-node.ts';
import { chaosTables } from '../test/chaos/tables.ts';
import { isClean } from '../test/chaos/verdict.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '50' },
    rows: { type: 'string', default: '200000' },
    hold: { type: 'string', default: '60' },
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    broker: { type: 'string' },
    rabbitmq: { type: 'string' },
    docs: { type: 'string' },
    out: { type: 'string' },
  },
});
const options = {
  seed: wholeNumber('seed', values.seed),
  kills: wholeNumber('kills', values.kills),
  rows: wholeNumber('rows', values.rows),
  holdMs: 1_000 * wholeNumber('hold', values.hold),
  brokerUrl: values.broker,
};
if (values.rabbitmq !== undefined) process.env[SCRIPTS_VARIABLE] = values.rabbitmq;
const parts = values.only.split(',').map(partOf);

const results: PartResult[] = [];
for (const part of parts) {
  // Each part has moments of its own, so that one alone is the same as in company.
  const moments = new Moments(options.seed * 1_000 + Object.keys(PARTS).indexOf(part));
  for await (const result of PARTS[part]({ ...options, moments, say })) results.push(result);
}

const [cpu] = cpus();
const text = [
  `\`npm run chaos -- --seed ${options.seed} --kills ${options.kills} --rows ${options.rows} --hold ${values.hold}${values.rabbitmq === undefined ? '' : ' --rabbitmq FOLDER'}\``,
  `on ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.`,
  '',
  chaosTables(results),
].join('\n');
console.log(`\n${text}`);
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, undefined, 2)}\n`);
if (values.docs !== undefined)
  writeFileSync(values.docs, renewed(readFileSync(values.docs, 'utf8'), text, versionOf(results)));
process.exitCode = results.every((result) => isClean(result)) ? 0 : 1;

function say(line: string): void {
  console.error(line);
}

/** The major version of RabbitMQ that results are of. */
function versionOf([first]: readonly PartResult[]): string {
  return /RabbitMQ (\d+)/.exec(first?.broker ?? '')?.[1] ?? 'of no known version';
}

/** The document with these figures between the marks for this version of RabbitMQ. */
function renewed(document: string, figures: string, version: string): string {
  const [begin, end] = [`<!-- npm run chaos, RabbitMQ ${version} -->`, '<!-- end -->'];
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0)
    throw new Error(`Cannot write the figures: the document has no marks ${begin} … ${end}.`);
  return `${document.slice(0, from + begin.length)}\n\n${figures}\n\n${document.slice(to)}`;
}

function partOf(name: string): Part {
  if (!(name in PARTS)) misused(`--only takes some of ${Object.keys(PARTS).join(', ')}, not '${name}'.`);
  return name as Part;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) misused(`--${option} takes a whole number, not '${text}'.`);
  return value;
}

function misused(why: string): never {
  console.error(why);
  process.exit(2);
}
