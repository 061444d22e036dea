import { LedgerOnDisk } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

/**
 * Writes pairs into a ledger at full speed until it is killed: `node ledger-writer.ts DIR FROM`. Says after each
 * commit up to which pair everything is stored.
 */
const [dir = '', from = '0'] = process.argv.slice(2);
/** Some lives are long enough for checkpoints. */
const BATCH = 1_000;
/** Truths come so many pairs after their predictions. */
const LAG = 1_600;
const HORIZON_MS = 3_600_000;

await using disk = await LedgerOnDisk.open({
  dir,
  recentIdsMax: 2000,
  durability: 'power-cut',
  // Where the machine is busy a new life is long in coming: what waits must not expire meanwhile.
  horizonMs: HORIZON_MS,
  retentionMs: 10 * HORIZON_MS,
});
for (let first = Number(from); ; first += BATCH) {
  const numbers = Array.from({ length: BATCH }, (_, i) => first + i);
  const behind = numbers.map((number) => number - LAG).filter((number) => number >= 0);
  await disk.ledger.commit({
    nowMs: Date.now(),
    predictions: numbers.map((number) => prediction(`row-${number}`, number / 7)),
    truths: behind.map((number) => truth(`row-${number}`, number)),
    refused: { predictions: 0, truths: 0 },
  });
  process.stdout.write(`${first + BATCH}\n`);
}
