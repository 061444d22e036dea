/**
 * One worker on a ledger, without the wire: `node ledger-worker.ts LEDGER DIR PAIRS WORKER WORKERS ordered|random`. The
 * predictions of every WORKERS-th batch are its own, and the truths of the batch that follows: most pairs meet across
 * workers. Says `ready`, begins when a line comes in, says `done` and waits for the end of its input.
 */
import { createInterface } from 'node:readline';
import pino from 'pino';
import { NO_ALARMS } from '../src/metric/alarms/alarm-settings.ts';
import { NO_FURTHER_FIGURES } from '../src/metric/figures/figure-settings.ts';
import { openLedgerParts } from '../src/metric/ledger-parts.ts';
import { prediction, truth } from '../test/metric/records.ts';

const [ledgerPath = '', logsDir = '', pairs = '0', own = '0', workers = '1', order = ''] =
  process.argv.slice(2);
const BATCH = 4096;
/** Truths come so many batches after their predictions. */
const LAG = 4;

const parts = await openLedgerParts(
  {
    ledgerPath,
    logsDir,
    writesLog: true,
    logColumns: [],
    logChallengers: false,
    task: 'regression',
    output: undefined,
    horizonMs: 7 * 86_400_000,
    retentionMs: 30 * 86_400_000,
    durability: 'power-cut',
    recentIdsMax: 500_000,
    figures: NO_FURTHER_FIGURES,
    alarms: NO_ALARMS,
  },
  pino({ level: 'silent' }),
);
const input = createInterface(process.stdin)[Symbol.asyncIterator]();
process.stdout.write('ready\n');
await input.next();
const batches = Math.ceil(Number(pairs) / BATCH);
for (let batch = 0; batch < batches + LAG; batch++) {
  const isTruthsTurn = (batch - LAG) % Number(workers) === (Number(own) + 1) % Number(workers);
  const predictions = batch < batches && batch % Number(workers) === Number(own) ? numbersOf(batch) : [];
  const truths = batch >= LAG && isTruthsTurn ? numbersOf(batch - LAG) : [];
  if (predictions.length + truths.length === 0) continue;
  const { durable } = await parts.ledger.commit({
    nowMs: Date.now(),
    predictions: predictions.map((number) => prediction(idOf(number), number / 7)),
    truths: truths.map((number) => truth(idOf(number), number / 7 + (number % 11))),
    refused: { predictions: 0, truths: 0 },
  });
  await durable;
}
const { user, system } = process.cpuUsage();
process.stdout.write(`done ${(user + system) / 1e6}\n`);
await input.next();
await parts.ledger[Symbol.asyncDispose]();
parts.metricLog[Symbol.dispose]();
process.stdin.destroy();

function numbersOf(batch: number): number[] {
  return Array.from({ length: BATCH }, (_, i) => batch * BATCH + i);
}

/** In order, as a run of ours gives them, or spread over everything, as a random UUID is. */
function idOf(number: number): string {
  if (order !== 'random') return `run-${String(number).padStart(9, '0')}`;
  const [high, low] = [Math.imul(number + 1, 0x9e3779b1) >>> 0, Math.imul(number + 7, 0x85ebca6b) >>> 0];
  return `${high.toString(16).padStart(8, '0')}-${low.toString(16).padStart(8, '0')}-${number.toString(16)}`;
}
