/**
 * Faults without end for workers on one PostgreSQL: npm run chaos:postgres [-- MINUTES [ROWS [SEED]]]. Two workers and four in turn,
 * every fault again and again in a seeded order. Ends with 1 as soon as a run has lost or doubled anything.
 */
import { isDeepStrictEqual } from 'node:util';
import { Moments } from '../chaos/moments.ts';
import { FAULTS } from './faults.ts';
import { settledBooks } from './result.ts';
import { trial } from './trial.ts';

const [minutes = '10', rows = '60000', seeded = '1'] = process.argv.slice(2);
const untilMs = performance.now() + Number(minutes) * 60_000;
const random = new Moments(Number(seeded));
let [runs, faults] = [0, 0];
do {
  const workers = runs % 2 === 0 ? 2 : 4;
  const order = [...random.shuffled(FAULTS), ...random.shuffled(FAULTS)];
  const seed = Math.floor(random.next() * 2 ** 31);
  const startMs = performance.now();
  const { found, expected, exitCodes, said } = await trial({
    rows: Number(rows),
    workers,
    seed,
    faults: order,
    freezeMs: 60_000,
    say: (text) => process.stdout.write(`    ${text}\n`),
  });
  const lost = [...expected.lines.keys()].filter((id) => !found.lines.has(id)).length;
  const wrong = [...expected.lines].filter(
    ([id, line]) => found.lines.has(id) && found.lines.get(id) !== line,
  ).length;
  const isSame =
    isDeepStrictEqual(found.figures, expected.figures) &&
    isDeepStrictEqual(settledBooks(found), settledBooks(expected));
  runs++;
  faults += order.length;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  process.stdout.write(
    `${workers} workers, ${rows} rows, ${order.length} faults, seed ${seed}, ${seconds} s: lost ${lost}, doubled ${found.doubled}, ` +
      `last lines that differ ${wrong}, counts and figures ${isSame ? 'the same to the last bit' : 'DIFFER'}, exit codes ${exitCodes.join(' ')}\n`,
  );
  if (lost + found.doubled + wrong > 0 || !isSame || exitCodes.some((code) => code !== 0)) {
    process.stdout.write(said);
    process.exit(1);
  }
} while (performance.now() < untilMs);
process.stdout.write(`${runs} runs, ${faults} faults: nothing lost, nothing doubled\n`);
