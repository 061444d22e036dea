import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { FakeClock } from '../chaos/fake-clock.ts';
import { Moments } from '../chaos/moments.ts';
import { privateNode } from '../setup/find-rabbitmq.ts';
import { PostgresServer } from '../setup/postgres-server.ts';
import { testSchema } from '../setup/postgres.ts';
import type { Fault, Site } from './faults.ts';
import { CommitCutter } from './commit-cutter.ts';
import { Fleet } from './fleet.ts';
import { history, type Phase } from './history.ts';
import { openResult, type Result, resultOf } from './result.ts';

/** How much is sent, to whom, and what goes wrong meanwhile. */
export interface TrialOptions {
  readonly rows: number;
  readonly workers: number;
  readonly seed: number;
  /** In order, spread over what is sent. */
  readonly faults: readonly Fault[];
  readonly freezeMs: number;
  /** Further variables of every worker. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of each fault once the workers have been sent more. */
  readonly say?: (text: string) => void;
}

/** What the trial left, and what it was to leave. */
export interface TrialResult {
  readonly found: Result;
  readonly expected: Result;
  /** Commits that were cut. */
  readonly cuts: number;
  readonly exitCodes: readonly number[];
  readonly said: string;
}

/** Sends a history to workers on one PostgreSQL while faults strike, and reads what is left once all of it is acknowledged. */
export async function trial(options: TrialOptions): Promise<TrialResult> {
  const { rows, workers, seed, faults, freezeMs, env = {}, say = () => {} } = options;
  const phases = history({ rows, seed, endMs: Date.now() - 3_600_000 });
  const expected = await undisturbed(phases);
  await using node = await privateNode();
  await using server = await PostgresServer.start('fsync = on');
  await using schema = await testSchema(server);
  await using cutter = await CommitCutter.to(server.url);
  using clock = await FakeClock.create();
  await using fleet = await Fleet.start({
    node,
    ledgers: Array.from({ length: workers }, () => cutter.through(schema.url)),
    env: Array.from({ length: workers }, (_, i) => (i === 0 ? { ...clock.env, ...env } : env)),
  });
  const site: Site = { fleet, server, cutter, clock, random: new Moments(seed), freezeMs };
  const pieces = phases.map((phase, i) => piecesOf(phase, i === 0 ? faults.length : 1));
  const left = [...faults];
  for (const phase of pieces) {
    for (const piece of phase) {
      const sending = fleet.send(piece, 20);
      const fault = left.shift();
      if (fault !== undefined) {
        await fault.strike(site);
        say(`${fault.name}: over`);
      }
      await sending;
    }
    await fleet.acknowledged();
    say('all of a phase is acknowledged');
  }
  const exitCodes = await fleet.stop();
  const said = fleet.said();
  return { found: await resultOf(schema.url, fleet.logsDir), expected, cuts: cutter.cuts, exitCodes, said };
}

/** What one worker makes of it to whom nothing happens. */
async function undisturbed(phases: readonly Phase[]): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'aftermath-expected-'));
  try {
    const ledgerPath = join(folder, 'ledger.db');
    const parts = await openResult(ledgerPath, folder, pino({ level: 'silent' }));
    for (const phase of phases) {
      for (const { predictions, truths } of piecesOf(phase, Math.ceil(phase.truths.length / 4_096))) {
        const refused = { predictions: 0, truths: 0 };
        await parts.ledger.commit({ nowMs: Date.now(), predictions, truths, refused });
      }
    }
    await parts.ledger[Symbol.asyncDispose]();
    parts.metricLog[Symbol.dispose]();
    return await resultOf(ledgerPath, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function piecesOf({ predictions, truths }: Phase, count: number): Phase[] {
  const part = <R>(all: readonly R[], i: number): R[] =>
    all.slice(Math.floor((i * all.length) / count), Math.floor(((i + 1) * all.length) / count));
  return Array.from({ length: count }, (_, i) => ({
    predictions: part(predictions, i),
    truths: part(truths, i),
  }));
}
