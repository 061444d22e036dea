/**
 * Damages real model files and loads them, over and over: none may hang, crash, or end in anything but a
 * ModelLoadError.
 *
 * Usage: npm run fuzz -- [--count 100000] [--seed 1]. Trial n of seed s is trial 0 of seed s + n.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Outcome } from '../test/model/formats/fuzz-trial.ts';
import type { FuzzReport, FuzzTask, Outcomes } from './fuzz-thread.ts';

/** Beyond the second of computing after which a trial that ends has failed; a busy machine may take its time. */
const HANG_MS = 10_000;
const SHOWN_MAX = 10;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [wholeNumber('count', values.count), wholeNumber('seed', values.seed)];
const startMs = performance.now();
const report = await run({ count, seed, done: new Int32Array(new SharedArrayBuffer(4)) });
const seconds = Math.round((performance.now() - startMs) / 1e3);

console.log(`${''.padEnd(22)}${'refused'.padStart(9)}${'as before'.padStart(11)}${'otherwise'.padStart(11)}`);
for (const [folder, of] of Object.entries(report.outcomes)) line(folder, of);
line('all', { refused: sum('refused'), same: sum('same'), other: sum('other') });
for (const failure of report.failures.slice(0, SHOWN_MAX)) console.log(failure);
const { length } = report.failures;
console.log(`${length === 0 ? 'No hang, no crash' : `${length} failures`} in ${count} files, ${seconds} s.`);
process.exitCode = length === 0 ? 0 : 1;

/** In a thread, so that whoever hangs can be told: what it is at is in memory that both see. */
async function run(task: FuzzTask): Promise<FuzzReport> {
  const { promise, resolve } = Promise.withResolvers<FuzzReport>();
  const worker = new Worker(new URL('fuzz-thread.ts', import.meta.url), { workerData: task });
  const last = { done: -1, sinceMs: performance.now() };
  let latest: FuzzReport = { outcomes: {}, failures: [] };
  const fail = (what: string): void =>
    resolve({
      ...latest,
      failures: [...latest.failures, `--seed ${seed + Atomics.load(task.done, 0)} --count 1: ${what}`],
    });
  const watch = setInterval(() => {
    const done = Atomics.load(task.done, 0);
    if (done !== last.done) Object.assign(last, { done, sinceMs: performance.now() });
    else if (performance.now() - last.sinceMs > HANG_MS) fail('hangs');
  }, 500);
  worker.on('message', (said: FuzzReport) => (latest = said));
  worker.on('error', (error) => fail(String(error)));
  worker.on('exit', () => resolve(latest));
  const ended = await promise;
  clearInterval(watch);
  await worker.terminate();
  return ended;
}

function sum(outcome: Outcome): number {
  return Object.values(report.outcomes).reduce((total, of) => total + of[outcome], 0);
}

function line(what: string, { refused, same, other }: Outcomes): void {
  console.log(
    `${what.padEnd(22)}${String(refused).padStart(9)}${String(same).padStart(11)}${String(other).padStart(11)}`,
  );
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    console.error(`--${option} takes a whole number, not '${text}'.`);
    process.exit(2);
  }
  return value;
}
