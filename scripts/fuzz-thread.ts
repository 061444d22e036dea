import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../src/service/errors.ts';
import { originalNames, originalOf, type Original } from '../test/model/formats/fuzz-corpus.ts';
import { fuzzTrial, type Outcome } from '../test/model/formats/fuzz-trial.ts';

/** What the thread is to do. */
export interface FuzzTask {
  readonly count: number;
  /** Of the first trial; the next one has the next seed, and damages the next file. */
  readonly seed: number;
  /** One number, in shared memory: how many trials are done. */
  readonly done: Int32Array;
}

/** How many files each became. */
export type Outcomes = Record<Outcome, number>;

/** What it has found so far. */
export interface FuzzReport {
  /** By the folder of the original. */
  readonly outcomes: Readonly<Record<string, Outcomes>>;
  /** How to see each again, and what happened. */
  readonly failures: readonly string[];
}

const REPORT_EVERY = 1_000;

const { count, seed, done } = workerData as FuzzTask;
const names = originalNames();
const originals = new Map<string, Original>();
const outcomes: Record<string, Outcomes> = {};
const failures: string[] = [];

for (let trial = 0; trial < count; trial++) {
  const own = seed + trial;
  const name = names[own % names.length] as string;
  try {
    const original = originals.get(name) ?? originalOf(name);
    originals.set(name, original);
    const of = (outcomes[name.slice(0, name.indexOf('/'))] ??= { refused: 0, same: 0, other: 0 });
    of[fuzzTrial(original, own)]++;
  } catch (error) {
    failures.push(`--seed ${own} --count 1: ${messageOf(error)}`);
  }
  Atomics.store(done, 0, trial + 1);
  if ((trial + 1) % REPORT_EVERY === 0) tell();
}
tell();

function tell(): void {
  parentPort?.postMessage({ outcomes, failures } satisfies FuzzReport, []);
}
