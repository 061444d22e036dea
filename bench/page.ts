/**
 * What the live page costs in Chromium, and whether it grows: four charts, 60 bins, series of 2,000 points.
 *
 * Usage: npm run bench:page [-- cpu|hour …]; AFTERMATH_BENCH_SCALE scales the time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chromium, type Browser, type Page } from 'playwright-core';
import pino from 'pino';
import { Registry } from 'prom-client';
import { MemoryBroker } from '../src/broker/memory.ts';
import { startPlot } from '../src/plot/stage.ts';
import { SYSTEM_CLOCK } from '../src/service/clock.ts';
import { startHttp } from '../src/service/http.ts';
import { SNAPSHOTS } from '../src/wire/queues.ts';
import { encodeSnapshot } from '../src/wire/snapshot.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../test/setup/chromium.ts';
import { busySnapshot } from '../test/plot/busy-snapshot.ts';
import { costOf, pause } from './processes.ts';

const MEASUREMENTS = { cpu, hour };
const SCALE = Number(process.env['AFTERMATH_BENCH_SCALE'] ?? 1);
const PUSHES_PER_SECOND = 2;

const asked = process.argv.slice(2).filter((arg): arg is keyof typeof MEASUREMENTS => arg in MEASUREMENTS);
for (const name of asked.length > 0 ? asked : (['cpu', 'hour'] as const)) await MEASUREMENTS[name]();

/** Share of a core that all processes of Chromium take together, while it is told news twice a second. */
async function cpu(): Promise<void> {
  await using open = await opened(1_000 / PUSHES_PER_SECOND);
  const seconds = 30 * SCALE;
  const push = async (from: number, count: number) => {
    for (let i = from; i < from + count; i++) {
      await open.publish(i);
      await pause(1_000 / PUSHES_PER_SECOND);
    }
  };
  await push(1, 10 * PUSHES_PER_SECOND);
  const [before, startedMs] = [chromiumSeconds(open.rootPid), performance.now()];
  await push(100, seconds * PUSHES_PER_SECOND);
  const tookSeconds = (performance.now() - startedMs) / 1_000;
  const used = chromiumSeconds(open.rootPid) - before;
  say(`page, ${PUSHES_PER_SECOND} pushes a second: ${share(used / tookSeconds)} of a core in Chromium`);
  const idle = chromiumSeconds(open.rootPid);
  await pause(5_000 * SCALE);
  say(`page, no news: ${share((chromiumSeconds(open.rootPid) - idle) / (5 * SCALE))} of a core`);
}

/** The pushes of an hour, each as soon as the one before is shown, and the heaps after each tenth of it. */
async function hour(): Promise<void> {
  await using open = await opened(1);
  const pushes = 3_600 * PUSHES_PER_SECOND * SCALE;
  const session = await open.page.context().newCDPSession(open.page);
  const part = Math.ceil(pushes / 10);
  for (let i = 1; i <= pushes; i++) {
    await open.publish(i);
    await open.shows(i);
    if (i % part !== 0) continue;
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { nodes } = await session.send('Memory.getDOMCounters');
    say(`after ${i} pushes: page ${mib(usedSize)} and ${nodes} nodes, server ${mib(serverHeap())}`);
  }
}

async function opened(pushEveryMs: number) {
  const broker = new MemoryBroker();
  const registry = new Registry();
  const stage = await startPlot(
    {
      outDir: '/nonexistent',
      redrawEveryMs: 3_600_000,
      theme: 'light',
      units: 'min',
      pushEveryMs,
      staleAfterMs: 60_000,
    },
    { broker, log: pino({ level: 'silent' }), registry, clock: SYSTEM_CLOCK },
  );
  const http = await startHttp(
    { host: '127.0.0.1', port: 0, portGiven: true, open: false },
    { stages: [stage], registry, page: stage.routes },
  );
  const publish = (number: number) =>
    broker.publish({ exchange: SNAPSHOTS }, { payload: encodeSnapshot(busySnapshot(number)) });
  const server = await chromium.launchServer({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS });
  const browser: Browser = await chromium.connect(server.wsEndpoint());
  const page: Page = await browser.newPage({ viewport: { width: 1280, height: 950 }, locale: 'en-US' });
  await publish(0);
  await page.goto(http.url);
  await page.locator('#label-maturity canvas').waitFor();
  return {
    page,
    publish,
    rootPid: server.process().pid ?? 0,
    /** Waits until the page shows the push of this number. */
    shows: (number: number) => {
      const rows = busySnapshot(number).models[0]?.books.scored.toLocaleString('en') ?? '';
      return page.locator('#books', { hasText: rows }).waitFor();
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.close();
      await stage.stop();
      await http[Symbol.asyncDispose]();
      await broker.close();
    },
  };
}

/** CPU seconds of a process and of all that it started. */
function chromiumSeconds(rootPid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      parents.set(Number(name), Number(fields[1]));
    } catch {
      // It ended in between.
    }
  }
  const isOurs = (pid: number): boolean =>
    pid === rootPid || (parents.has(pid) && isOurs(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(isOurs).reduce((sum, pid) => sum + costOf(pid).cpuSeconds, 0);
}

function serverHeap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function share(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
