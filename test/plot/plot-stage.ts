import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import pino from 'pino';
import { Registry } from 'prom-client';
import { MemoryBroker } from '../../src/broker/memory.ts';
import { startPlot, type PlotSettings } from '../../src/plot/stage.ts';
import { SYSTEM_CLOCK } from '../../src/service/clock.ts';
import { SNAPSHOTS } from '../../src/wire/queues.ts';
import { encodeSnapshot, type Snapshot } from '../../src/wire/snapshot.ts';

/** A plot stage on a broker of its own, and metric's side of it. Ended with the test. */
export async function startedPlot(t: TestContext, changes: Partial<PlotSettings> = {}) {
  const outDir = await mkdtemp(join(tmpdir(), 'aftermath-plot-'));
  const broker = new MemoryBroker();
  const registry = new Registry();
  const lines: string[] = [];
  const log = pino(
    {},
    { write: (line) => void lines.push(String((JSON.parse(line) as { msg: unknown }).msg)) },
  );
  const stage = await startPlot(
    {
      outDir,
      redrawEveryMs: 0,
      theme: 'light',
      units: undefined,
      pushEveryMs: 10,
      staleAfterMs: 5_000,
      ...changes,
    },
    { broker, log, registry, clock: SYSTEM_CLOCK },
  );
  t.after(async () => {
    await stage.stop();
    await broker.close();
    await rm(outDir, { recursive: true });
  });
  const publish = (snapshot: Snapshot) =>
    broker.publish({ exchange: SNAPSHOTS }, { payload: encodeSnapshot(snapshot) });
  return { stage, broker, registry, outDir, lines, publish };
}
