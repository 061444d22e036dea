import { resolve } from 'node:path';
import { messageOf } from '../service/errors.ts';
import type { Readiness, Stage, StageContext } from '../service/stage.ts';
import { dataQueue } from '../wire/queues.ts';
import { createCounters } from './counters.ts';
import { openRun } from './open-run.ts';
import { Runner } from './runner.ts';
import { publishedUpTo } from './position.ts';
import { NO_PROGRESS, type Published, type RunProgress } from './progress.ts';
import type { FeaturesSettings } from './settings.ts';
import { FeaturesState } from './state.ts';
import { TaskWorker } from './task-worker.ts';
import { aborted } from './wakeup.ts';

/** The first stage while it runs. */
export interface FeaturesStage extends Stage {
  /** What earlier processes had published of the run of the settings when this one took it up. */
  readonly before: Published;
  progress(): FeaturesProgress;
}

/** How far it has come: the run of the settings, else the task in hand. Counts are across restarts. */
export interface FeaturesProgress extends RunProgress {
  /** Short id of the run; `undefined` before there is one. */
  readonly run: string | undefined;
}

/**
 * Stage 1: publishes the rows of a file and, later, what really happened; for itself or for tasks.
 *
 * Fulfils once the file's header and the state are read, whether or not the broker is there. `done` fulfils
 * when everything of a bounded run is confirmed and no tasks are taken, otherwise on `stop`.
 *
 * @throws {AftermathError} `stop` when the file or the state cannot be used, `usage` when settings contradict
 */
export async function startFeatures(
  settings: FeaturesSettings,
  context: StageContext,
): Promise<FeaturesStage> {
  const { broker, log, registry } = context;
  const { queues, dialect, dataset, tasks } = settings;
  const state = FeaturesState.open(settings.statePath);
  try {
    const opened =
      dataset &&
      (await openRun({ ...settings, dataset: { ...dataset, data: resolve(dataset.data) } }, state, log));
    const counters = createCounters(registry, () => progress().truthsDue);
    const runner = new Runner({ settings, context, counters, state });
    const worker = tasks && new TaskWorker({ settings, tasks, context, runner, state });
    let isDeclared = false;
    const stopping = new AbortController();
    const { signal } = stopping;

    const declare = async (): Promise<void> => {
      await broker.declareQueue(dataQueue(queues.features, dialect));
      await broker.declareQueue(dataQueue(queues.truth, dialect));
      isDeclared = true;
    };
    const done = (async () => {
      try {
        // A broker that is away is waited for, but not by `stop`
        await Promise.race([declare(), aborted(signal)]);
        if (!signal.aborted) await Promise.all([opened && runner.run(opened, signal), worker?.work(signal)]);
      } catch (error) {
        stopping.abort();
        throw error;
      } finally {
        state[Symbol.dispose]();
      }
    })();
    done.catch((error: unknown) => log.error(`features stopped: ${messageOf(error)}`));
    const progress = (): FeaturesProgress =>
      opened ? runner.progress(opened.id) : (worker?.progress() ?? NOTHING);
    return {
      name: 'features',
      done,
      before: opened ? publishedUpTo(opened.from) : NO_PROGRESS,
      progress,
      readiness: (): Readiness =>
        isDeclared && broker.state === 'connected'
          ? { ready: true, why: undefined }
          : { ready: false, why: `the broker is ${broker.state}` },
      async stop() {
        stopping.abort();
        await done.catch(() => undefined);
      },
    };
  } catch (error) {
    state[Symbol.dispose]();
    throw error;
  }
}

const NOTHING: FeaturesProgress = { run: undefined, ...NO_PROGRESS };
