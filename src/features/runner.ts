import { messageOf } from '../service/errors.ts';
import type { StageContext } from '../service/stage.ts';
import type { FeaturesCounters } from './counters.ts';
import type { OpenedRun } from './open-run.ts';
import { NO_PROGRESS, type RunProgress } from './progress.ts';
import { Run } from './run.ts';
import type { FeaturesSettings } from './settings.ts';
import type { FeaturesState } from './state.ts';

/** What runs are carried out with. */
export interface RunnerOptions {
  readonly settings: FeaturesSettings;
  readonly context: StageContext;
  readonly counters: FeaturesCounters;
  readonly state: FeaturesState;
}

/** Carries runs out and stores how far they have come. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /**
   * Fulfils when everything of the run is confirmed, or after the signal; its position is stored then.
   *
   * @throws when the run cannot go on: its file cannot be read, a queue cannot be written
   */
  async run(opened: OpenedRun, signal: AbortSignal): Promise<RunProgress> {
    const { settings, context, counters, state } = this.#options;
    const { limits, queues, dialect } = settings;
    const { log } = context;
    const run = new Run({ ...opened, ...context, limits, queues, dialect, counters });
    this.#runs.set(opened.id, run);
    const names = opened.dataset.columns.features.length;
    log.info(
      `run ${opened.id}: ${opened.settings.data}, ${names} feature ${names === 1 ? 'column' : 'columns'}`,
    );
    const stop = (): void => void run.stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    let stored = '';
    let isFailing = false;
    const store = (): void => {
      const position = run.position();
      const text = JSON.stringify(position);
      if (text === stored) return;
      try {
        state.storePosition(opened.id, position);
        stored = text;
        isFailing = false;
      } catch (error) {
        if (isFailing) return;
        isFailing = true;
        log.warn(
          `cannot store the position of run ${opened.id}: ${messageOf(error)}; after a crash more is published again`,
        );
      }
    };
    const timer = setInterval(store, limits.storeEveryMs);
    try {
      await run.done;
    } finally {
      clearInterval(timer);
      signal.removeEventListener('abort', stop);
      store();
    }
    const progress = run.progress();
    log.info(progress.finished ? ended(opened.id, progress) : stopped(opened.id, progress));
    return progress;
  }

  /** How far that run has come; what was stored of it before it has begun. */
  progress(id: string): RunProgress & { run: string } {
    return { run: id, ...(this.#runs.get(id)?.progress() ?? NO_PROGRESS) };
  }

  /** Whether a run has failed with this because of the broker, and not because of its file. */
  isBrokerFailure(error: unknown): boolean {
    return this.#runs.values().some((run) => run.brokerFailure === error);
  }

  /** A run that has ended is of no interest any more. */
  forget(id: string): void {
    this.#runs.delete(id);
  }
}

function ended(id: string, { rowsPublished, truthsPublished, rowsRefused }: RunProgress): string {
  const refused = rowsRefused > 0 ? `, ${rowsRefused} rows refused` : '';
  return `run ${id} has ended: ${rowsPublished} rows and ${truthsPublished} truths published${refused}`;
}

function stopped(id: string, { rowsPublished, truthsDue }: RunProgress): string {
  return `run ${id} stopped after ${rowsPublished} rows; ${truthsDue} truths are still due, and go out when it is resumed`;
}
