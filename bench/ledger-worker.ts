/**
 * One worker on a ledger, without the wire: `node ledger-worker.ts LEDGER DIR PAIRS WORKER WORKERS ordered|random [log]`. The
 * predictions of every WORKERS-th batch are its own, and the truths of the batch that follows: most pairs meet across
 * workers. With `log` it may write the log. Says `ready`, begins when a line comes in, says `done` and waits for the end of its input.
 */
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { BATCH_ROWS, commitRows, openForBench, rowsOf } from './ledger-rows.ts';

const [ledgerPath = '', logsDir = '', pairs = '0', own = '0', workers = '1', order = '', log] =
  process.argv.slice(2);
/** Truths come so many batches after their predictions. */
const LAG = 4;

// As the launcher does for every command.
setFlagsFromString('--no-allocation-site-pretenuring');
const parts = await openForBench(ledgerPath, logsDir, { writesLog: log === 'log' });
const input = createInterface(process.stdin)[Symbol.asyncIterator]();
process.stdout.write('ready\n');
await input.next();
const before = process.cpuUsage();
const batches = Math.ceil(Number(pairs) / BATCH_ROWS);
for (let batch = 0; batch < batches + LAG; batch++) {
  const isTruthsTurn = (batch - LAG) % Number(workers) === (Number(own) + 1) % Number(workers);
  const predictions = batch < batches && batch % Number(workers) === Number(own) ? rowsOf(batch) : [];
  const truths = batch >= LAG && isTruthsTurn ? rowsOf(batch - LAG) : [];
  if (predictions.length + truths.length === 0) continue;
  await commitRows(parts, {
    predictions,
    truths,
    order: order === 'random' ? 'random' : 'ordered',
    nowMs: Date.now(),
  });
}
const { user, system } = process.cpuUsage(before);
process.stdout.write(`done ${(user + system) / 1e6}\n`);
await input.next();
await parts.ledger[Symbol.asyncDispose]();
parts.metricLog[Symbol.dispose]();
process.stdin.destroy();
