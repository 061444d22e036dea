import { once } from 'node:events';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Hono } from 'hono';
import type { Broker } from '../broker/broker.ts';
import { CountingBroker } from '../service/broker-figures.ts';
import { SYSTEM_CLOCK, type Clock } from '../service/clock.ts';
import { AftermathError, messageOf } from '../service/errors.ts';
import { startHttp, type HttpServer } from '../service/http.ts';
import type { LogFormat, LogLevel } from '../service/log-levels.ts';
import { createLogger, type Logger } from '../service/logging.ts';
import type { Stage, StageContext, StageName } from '../service/stage.ts';

/** What a command gives to have its stages run as a service. */
export interface Service {
  readonly name: StageName | 'run';
  readonly values: {
    readonly logLevel: LogLevel;
    readonly logFormat: LogFormat;
    readonly stopWithin: number;
    readonly host: string;
    readonly open: boolean;
  };
  /** `undefined`: no HTTP server. */
  readonly port: { readonly number: number; readonly isGiven: boolean } | undefined;
  readonly clock?: Clock;
  /** Takes the lines of the logger; absent: they go to standard error. */
  readonly say?: (line: string) => void;
  broker(log: Logger): Broker;
  /**
   * Starts the stages, the last of the data's way first. `own` hands each over to be stopped at the end;
   * `ending` aborts when that begins.
   */
  start(context: StageContext, own: <S extends Stage>(stage: S) => S, ending: AbortSignal): Promise<Started>;
}

/** What a service is once its stages run. */
export interface Started {
  readonly page?: Hono | undefined;
  /** Fulfilled when there is nothing more to do; until then the service runs on. */
  readonly finished: Promise<void>;
  /** Called once everything runs; gives what to call at the end. */
  readonly running?: (http: HttpServer | undefined) => Disposable;
  /** Called when all stages have stopped; gives the exit code. */
  readonly ended?: () => number;
}

/**
 * Runs stages until they have finished, one fails, or SIGTERM or SIGINT asks for the end: then they stop in
 * the order of the data, so that what the first has sent still reaches the last, and the broker closes.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runService(service: Service): Promise<number> {
  const { values } = service;
  const log = createLogger({
    service: service.name,
    level: values.logLevel,
    format: values.logFormat,
    say: service.say,
  });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const asked = new AbortController();
  const ended = onSignals(asked, log);
  const broker = new CountingBroker(service.broker(log), registry);
  const unwatch = broker.onState((state) =>
    log[broker.address === 'memory' ? 'debug' : 'info'](`the broker is ${state} (${broker.address})`),
  );
  const stages: Stage[] = [];
  const ending = new AbortController();
  let started: Started | undefined;
  let http: HttpServer | undefined;
  let code = 0;
  try {
    const own = <S extends Stage>(stage: S): S => {
      stages.unshift(stage);
      return stage;
    };
    const context = { broker, log, registry, clock: service.clock ?? SYSTEM_CLOCK };
    started = await service.start(context, own, ending.signal);
    if (service.port !== undefined) {
      const { number, isGiven } = service.port;
      http = await startHttp(
        { ...values, port: number, portGiven: isGiven },
        { stages, registry, page: started.page },
      );
    }
    using _view = started.running?.(http) ?? { [Symbol.dispose]: () => undefined };
    if (started.running === undefined && http !== undefined)
      log.info(`runs; health and figures on ${http.url}`);
    const failed = stages.map(async (stage) => {
      await stage.done;
      await once(asked.signal, 'abort');
    });
    await Promise.race([
      started.finished,
      asked.signal.aborted ? undefined : once(asked.signal, 'abort'),
      ...failed,
    ]);
  } catch (error) {
    code = report(error, log);
  }
  ending.abort();
  const isInTime = await within(values.stopWithin, async () => {
    for (const stage of stages) await stage.stop();
    await http?.[Symbol.asyncDispose]();
    await broker.close({ timeoutMs: values.stopWithin / 2 });
  }).catch((error: unknown) => {
    code = report(error, log);
    return true;
  });
  unwatch();
  if (!isInTime) {
    log.error(
      `Cannot stop within ${values.stopWithin / 1000} s: ends now; what was not acknowledged comes again at the next start.`,
    );
    return ended(1);
  }
  return ended(code === 0 ? (started?.ended?.() ?? 0) : code);
}

/** An expected failure is a line; anything else is a bug, and its stack is shown. Gives the exit code. */
function report(error: unknown, log: Logger): number {
  if (error instanceof AftermathError) log.error(error.message);
  else log.error(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
  return error instanceof AftermathError && error.consequence === 'usage' ? 2 : 1;
}

/** A terminal gives Ctrl-C to everything in the foreground, and npm and our launcher pass it on besides. */
const SAME_SIGNAL_MS = 500;

/** SIGHUP: the terminal was closed. */
const ASKING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal asks for the end; a second one ends at once. When everything has ended the exit code is passed through
 * what this gives: the process is on its way out, and who asks for its end then gets that code, not a kill.
 */
function onSignals(asked: AbortController, log: Logger): (code: number) => number {
  let askedAtMs = 0;
  let exitCode: number | undefined;
  const ask = (name: NodeJS.Signals) => {
    if (exitCode !== undefined) process.exit(exitCode);
    if (asked.signal.aborted) {
      if (performance.now() - askedAtMs < SAME_SIGNAL_MS) return;
      log.warn(`${name} again: ends at once; what was not acknowledged comes again at the next start.`);
      process.exit(1);
    }
    log.info(`${name}: finishing what is in hand`);
    askedAtMs = performance.now();
    asked.abort();
  };
  for (const name of ASKING) process.on(name, ask);
  return (code) => {
    // Node gives up its handlers some time before it is gone: without that.
    process.once('exit', (last) => process.exit(last));
    return (exitCode = code);
  };
}

/** False when the work takes longer. */
async function within(limitMs: number, work: () => Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), limitMs);
  try {
    return await Promise.race([work().then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
