import type { Fault, Site } from './faults.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** One fault as it happened. */
export interface Struck {
  readonly name: string;
  readonly isKill: boolean;
  /** Rows that were in the log. */
  readonly atRow: number;
  /** From the end of the fault until every service is ready and the log grows again. */
  readonly secondsToRecover: number;
}

/** What happened, and what was left of it. */
export interface Report extends Verdict {
  readonly struck: readonly Struck[];
  readonly seconds: number;
}

/** How close together faults strike, and how patient the trial is. */
export interface TrialOptions {
  /** Rows between two faults, at most. Default: what is left of the run is shared out among them. */
  readonly spacing?: number;
  /** The next fault strikes also while the services recover from the one before. Default: it waits for that. */
  readonly overlapping?: boolean;
  /** So long without a further row means that there will be none. */
  readonly patienceMs?: number;
}

/**
 * Lets faults strike a running pipeline one after the other, each at a random moment, waits for the last row, stops
 * everything and looks at what is there. A fault that cannot happen any more is left out.
 *
 * @throws when a service ends by itself, or does not end with 0 when it is asked to
 */
export async function trial(site: Site, faults: readonly Fault[], options: TrialOptions): Promise<Report> {
  const { pipeline, moments } = site;
  const { patienceMs } = options;
  const startMs = performance.now();
  const struck: Promise<Struck>[] = [];
  for (const [i, fault] of faults.entries()) {
    const had = pipeline.log.rows();
    const spacing = options.spacing ?? (SHARED_OUT * pipeline.rows - had) / (faults.length - i);
    const atRow = await pipeline.reaches(had + 1 + moments.next() * spacing, patienceMs);
    if (atRow >= pipeline.rows || !fault.isPossible(site)) continue;
    await fault.strike(site);
    const recovered = recovery(site, patienceMs).then((secondsToRecover) => ({
      name: fault.name,
      isKill: fault.isKill,
      atRow,
      secondsToRecover,
    }));
    struck.push(recovered);
    if (options.overlapping) recovered.catch(() => {});
    else await recovered;
    await fault.after?.();
  }
  await pipeline.reaches(await pipeline.lastRow(), patienceMs);
  const seconds = (performance.now() - startMs) / 1000;
  const recovered = await Promise.all(struck);
  const codes = await pipeline.stopAll();
  const bad = Object.entries(codes).filter(([, code]) => code !== 0);
  const verdict = verdictOf(pipeline);
  const problems = bad.map(([stage, code]) => `${stage} ended with ${code} when it was asked to`);
  return { ...verdict, problems: [...verdict.problems, ...problems], struck: recovered, seconds };
}

/** The last share of the rows is left in peace, so that the last fault still finds work. */
const SHARED_OUT = 0.9;

async function recovery({ pipeline }: Site, patienceMs: number | undefined): Promise<number> {
  const overMs = performance.now();
  const had = pipeline.log.rows();
  await pipeline.areReady();
  await pipeline.reaches(had + 1, patienceMs);
  return (performance.now() - overMs) / 1000;
}
