import { createHash, randomUUID } from 'node:crypto';
import type { Delivery } from '../broker/broker.ts';
import { deadLetter } from '../broker/dead-letters.ts';
import { AftermathError, messageOf } from '../service/errors.ts';
import type { StageContext } from '../service/stage.ts';
import { decodeTask, encodeTaskReply, type FeatureTask, type TaskReply } from '../wire/tasks.ts';
import { refuse, Problem } from '../wire/refusal.ts';
import { newRun, openDataset, reopenRun } from './open-run.ts';
import type { RunProgress } from './progress.ts';
import type { Runner } from './runner.ts';
import type { DatasetSettings, FeaturesLimits, FeaturesSettings, TaskSettings } from './settings.ts';
import type { FeaturesState, NewTask, StoredRun, StoredTask } from './state.ts';
import { mustBeThere, taskFile } from './task-files.ts';
import { aborted, Wakeup } from './wakeup.ts';

/** What tasks are taken and carried out with. */
export interface TaskWorkerOptions {
  readonly settings: FeaturesSettings;
  readonly tasks: TaskSettings;
  readonly context: StageContext;
  readonly runner: Runner;
  readonly state: FeaturesState;
}

/**
 * Takes tasks from their queue and carries them out, one after another in the order in which they came.
 *
 * A task is checked (its fields, its file, the file's header), stored, then acknowledged; from then on it
 * survives whatever happens to the process. A bad one is answered with what is wrong and dead-lettered. A
 * message that comes again is not run again.
 */
export class TaskWorker {
  readonly #o: TaskWorkerOptions;
  readonly #wakeup = new Wakeup();
  #current: string | undefined;
  /** Nobody waits for an answer to be taken once the stage stops. */
  #stopped: Promise<void> = Promise.resolve();

  constructor(options: TaskWorkerOptions) {
    this.#o = options;
  }

  /** Of the task in hand, or of the last one. */
  progress(): (RunProgress & { run: string }) | undefined {
    return this.#current === undefined ? undefined : this.#o.runner.progress(this.#current);
  }

  /**
   * Works until the signal. What is in hand then goes on when the stage is started again.
   *
   * @throws {AftermathError} `stop` when the folder or the queue cannot be used
   */
  async work(signal: AbortSignal): Promise<void> {
    const { broker } = this.#o.context;
    const { queue, directory } = this.#o.tasks;
    await mustBeThere(directory);
    this.#stopped = aborted(signal);
    await broker.declareQueue({ name: queue, durable: true });
    const consumer = await broker.consume(queue, CONSUMING, async (batch) => {
      for (const delivery of batch) await this.#accept(delivery);
    });
    const wake = (): void => this.#wakeup.wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      await Promise.race([consumer.done, this.#carryOutAll(signal)]);
    } finally {
      await consumer.stop();
    }
    await consumer.done;
  }

  async #accept(delivery: Delivery): Promise<void> {
    const { state, context, settings, tasks } = this.#o;
    const digest = createHash('sha256').update(delivery.payload.bytes()).digest('hex');
    const { replyTo, correlationId } = delivery;
    // Without a correlation id only the broker's mark tells a task that came again from one that was sent twice
    const known =
      correlationId !== undefined || delivery.redelivered
        ? state.findTask({ digest, correlationId })
        : undefined;
    if (known) {
      void this.#reply(known, known.state === 'waiting' ? ACCEPTED : { ...known, state: known.state });
      return;
    }
    const task: NewTask = { id: correlationId ?? randomUUID(), digest, replyTo, correlationId };
    let run: StoredRun;
    try {
      const asked = decodeTask(delivery.payload);
      const data = await taskFile(tasks.directory, asked.data);
      run = await checked(taskSettings(asked, data, tasks.defaults), settings.limits);
    } catch (error) {
      if (!(error instanceof AftermathError) || error.consequence === 'retry') throw error;
      await this.#refuse(task, delivery, error.message);
      return;
    }
    state.addTask(task, run);
    context.log.info(`task ${task.id} accepted as run ${run.id}`);
    void this.#reply(task, ACCEPTED);
    this.#wakeup.wake();
  }

  async #refuse(task: NewTask, { payload }: Delivery, reason: string): Promise<void> {
    const { broker, log } = this.#o.context;
    log.warn(`task ${task.id} refused: ${reason}`);
    const text = Buffer.from(payload.bytes()).toString();
    const refusals = [refuse(new Problem('bad-field', reason), text)];
    await deadLetter(broker, { refusals, origin: this.#o.tasks.queue, service: 'features' });
    await Promise.race([this.#reply(task, { state: 'failed', rows: 0, error: reason }), this.#stopped]);
  }

  async #carryOutAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const task = this.#o.state.nextTask();
      if (task) await this.#carryOut(task, signal);
      else await this.#wakeup.sleep(Infinity);
    }
  }

  async #carryOut(task: StoredTask, signal: AbortSignal): Promise<void> {
    const { runner, state, settings, context } = this.#o;
    const stored = state.run(task.run);
    if (stored === undefined) throw new Error(`Task ${task.id} has no run ${task.run}`);
    if (this.#current !== undefined) runner.forget(this.#current);
    this.#current = task.run;
    let replying = false;
    const tell = async (): Promise<void> => {
      if (replying) return;
      replying = true;
      await this.#reply(task, { state: 'progress', rows: runner.progress(task.run).rowsPublished });
      replying = false;
    };
    const timer = setInterval(() => void tell(), settings.limits.replyEveryMs);
    let end: TaskEnd;
    try {
      const progress = await runner.run(await reopenRun(stored, settings.limits), signal);
      if (!progress.finished) return;
      end = { state: 'done', rows: progress.rowsPublished, error: undefined };
    } catch (error) {
      // What the broker refuses concerns the service; what is wrong with the file concerns this task
      if (!(error instanceof AftermathError) || runner.isBrokerFailure(error)) throw error;
      context.log.error(`task ${task.id} failed: ${error.message}`);
      end = { state: 'failed', rows: runner.progress(task.run).rowsPublished, error: error.message };
    } finally {
      clearInterval(timer);
    }
    // Told before it is noted: after a crash between the two it is told again
    await Promise.race([this.#reply(task, end), this.#stopped]);
    state.endTask(task, end);
  }

  async #reply(
    { id, replyTo, correlationId }: Pick<NewTask, 'id' | 'replyTo' | 'correlationId'>,
    { state, rows, error }: Pick<TaskReply, 'state' | 'rows'> & { error?: string | undefined },
  ): Promise<void> {
    if (replyTo === undefined) return;
    const payload = encodeTaskReply({ task: id, state, rows, error });
    try {
      await this.#o.context.broker.publish({ queue: replyTo }, { payload, correlationId });
    } catch (failure) {
      this.#o.context.log.warn(`cannot answer task ${id} on queue "${replyTo}": ${messageOf(failure)}`);
    }
  }
}

const ACCEPTED = { state: 'accepted', rows: 0 } as const;

type TaskEnd = {
  readonly state: 'done' | 'failed';
  readonly rows: number;
  readonly error: string | undefined;
};

/** Tasks are few, and each is stored by itself. */
const CONSUMING = { prefetch: 16, batchMax: 16, lingerMs: 0, overlap: 1 };

/** What a task says, and for the rest what the stage's settings say. Without a number of rows: one pass. */
function taskSettings(task: FeatureTask, data: string, defaults: TaskSettings['defaults']): DatasetSettings {
  return {
    data,
    target: task.target ?? defaults.target,
    id: task.id ?? defaults.id,
    time: task.time ?? defaults.time,
    truthTime: task.truthTime ?? defaults.truthTime,
    features: task.features ?? defaults.features,
    tags: task.tags ?? defaults.tags,
    rows: task.rows ?? defaults.rows,
    passes: task.rows === undefined && defaults.rows === undefined ? 1 : undefined,
    rate: task.rate ?? defaults.rate,
    speed: task.speed ?? defaults.speed,
    order: task.order ?? defaults.order,
    seed: task.seed ?? defaults.seed,
    labelDelay: task.labelDelay ?? defaults.labelDelay,
  };
}

/** Reads the header, so that a task is answered at once when its file or its columns are wrong. */
async function checked(settings: DatasetSettings, limits: FeaturesLimits): Promise<StoredRun> {
  const { version } = await openDataset(settings, limits);
  return newRun({ settings, version, shuffleRowsMax: limits.shuffleRowsMax });
}
