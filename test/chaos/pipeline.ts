import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FeaturesState } from '../../src/features/state.ts';
import { Program } from '../e2e/program.ts';
import { GrowingLog } from './growing-log.ts';

/** The services, in the order of the data. */
export const STAGES = ['features', 'model', 'metric', 'plot'] as const;
/** One of `STAGES`. */
export type StageName = (typeof STAGES)[number];

/** What runs, over which broker, and on what it writes. */
export interface PipelineSettings {
  /** The broker as each service is to reach it. */
  readonly url: string;
  /** Default: as many as there is time for, until `lastRow`. */
  readonly rows?: number;
  /** Further flags of the three services that read or write the data queues. */
  readonly flags?: readonly string[];
  /** Further variables, of one service. */
  readonly env?: Partial<Record<StageName, Readonly<Record<string, string>>>>;
  /** Folder of log and ledger. Default: one that goes with the pipeline. */
  readonly logs?: string;
  /** The services that run. Default: all four. */
  readonly stages?: readonly StageName[];
  /** Rows per second. Default 0: as fast as it can. */
  readonly rate?: number;
}

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'diabetes');
const LOOK_EVERY_MS = 25;
/** On a machine with much other work the four take a minute to start. */
const READY_WITHIN_MS = 180_000;

/** The four services as processes of their own, as they are run for real, and what becomes of them. */
export class Pipeline implements AsyncDisposable {
  readonly stages: readonly StageName[];
  /** Rows that features sends in all; `Infinity` before that is known. */
  rows: number;
  readonly logs: string;
  readonly log: GrowingLog;
  readonly #settings: PipelineSettings;
  readonly #folder = mkdtempSync(join(tmpdir(), 'aftermath-chaos-'));
  readonly #programs = new Map<StageName, Program>();
  /** What services said before they were started again. */
  readonly #earlier = new Map<StageName, string>();
  /** Those whose end is our doing. */
  readonly #ended = new WeakSet<Program>();

  constructor(settings: PipelineSettings) {
    this.#settings = settings;
    this.stages = settings.stages ?? STAGES;
    this.rows = settings.rows ?? Infinity;
    this.logs = settings.logs ?? join(this.#folder, 'logs');
    this.log = new GrowingLog(join(this.logs, 'metric_log.csv'));
  }

  /** Starts the services, and waits until they are ready. */
  static async start(settings: PipelineSettings): Promise<Pipeline> {
    const pipeline = new Pipeline(settings);
    try {
      // Features last: the others are to be there when it begins at full speed.
      for (const stage of pipeline.stages.toReversed()) pipeline.start(stage);
      await pipeline.areReady();
    } catch (error) {
      await pipeline[Symbol.asyncDispose]();
      throw error;
    }
    return pipeline;
  }

  /** Starts a service that does not run; features goes on with its last run where there is one. */
  start(stage: StageName, env = this.#settings.env?.[stage]): void {
    if (stage === 'metric') this.log.reread();
    if (this.#programs.has(stage)) this.#earlier.set(stage, this.heard(stage));
    this.#programs.set(stage, Program.aftermath(this.#args(stage), env));
  }

  /** Whether the service runs: features ends when its rows are out. */
  runs(stage: StageName): boolean {
    return this.program(stage).code === null;
  }

  program(stage: StageName): Program {
    const program = this.#programs.get(stage);
    if (program === undefined) throw new RangeError(`${stage} was never started`);
    return program;
  }

  /** `kill -9`, and at once a new one. */
  async kill(...stages: readonly StageName[]): Promise<void> {
    for (const stage of stages) this.#end(stage, 'SIGKILL');
    for (const stage of stages) {
      await this.program(stage).ended();
      this.start(stage);
    }
  }

  /** Asks a service to end, and gives its exit code. */
  async stop(stage: StageName): Promise<number> {
    this.#end(stage, 'SIGTERM');
    return this.program(stage).ended();
  }

  /** Waits until every service that has something to do can do it. */
  async areReady(): Promise<void> {
    const deadlineMs = performance.now() + READY_WITHIN_MS;
    for (const stage of this.stages) {
      while (!(await this.#isReady(stage))) {
        if (performance.now() > deadlineMs) throw new Error(`${stage} is not ready:\n${this.said(stage)}`);
        await pause(LOOK_EVERY_MS);
      }
    }
  }

  /** Waits until the log has so many rows, or all there are, or does not grow any more: gives how many it has. */
  async reaches(rows: number, patienceMs = PATIENCE_MS): Promise<number> {
    const enough = Math.min(rows, this.rows);
    let [had, sinceMs] = [this.log.rows(), performance.now()];
    while (had < enough && performance.now() - sinceMs < patienceMs) {
      this.#mustBeSound();
      await pause(LOOK_EVERY_MS);
      const has = this.log.rows();
      if (has !== had) [had, sinceMs] = [has, performance.now()];
    }
    return had;
  }

  /** Stops features, and gives how many rows it has sent since it was first started. */
  async pauseRows(): Promise<number> {
    const code = await this.stop('features');
    if (code !== 0)
      throw new Error(`features ended with ${code} when it was asked to:\n${this.said('features')}`);
    using state = FeaturesState.open(join(this.#folder, 'features.db'));
    return state.lastRun()?.position.features ?? 0;
  }

  /** Settles how many rows there are, where nobody said so before: no further one is sent. */
  async lastRow(): Promise<number> {
    if (this.rows === Infinity) this.rows = await this.pauseRows();
    return this.rows;
  }

  /** Stops what still runs, in the order of the data, and gives the exit codes. */
  async stopAll(): Promise<Partial<Record<StageName, number>>> {
    const codes: Partial<Record<StageName, number>> = {};
    for (const stage of this.stages) codes[stage] = await this.stop(stage);
    return codes;
  }

  /** The last of what a service said since it was last started. */
  said(stage: StageName): string {
    return this.program(stage).stderr.slice(-3_000);
  }

  /** All that a service has said since it was first started. */
  heard(stage: StageName): string {
    return (this.#earlier.get(stage) ?? '') + this.program(stage).stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs.values()) await program[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #end(stage: StageName, signal: 'SIGKILL' | 'SIGTERM'): void {
    const program = this.program(stage);
    this.#ended.add(program);
    program.signal(signal);
  }

  /** A service that ended by itself, other than features with its rows, is what these tests are to find. */
  #mustBeSound(): void {
    for (const [stage, program] of this.#programs) {
      const { code } = program;
      if (code === null || this.#ended.has(program) || (stage === 'features' && code === 0)) continue;
      throw new Error(`${stage} ended with ${code} by itself:\n${this.said(stage)}`);
    }
  }

  async #isReady(stage: StageName): Promise<boolean> {
    const program = this.program(stage);
    this.#mustBeSound();
    if (program.code === 0) return true;
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(program.stderr) ?? [];
    if (url === undefined) return false;
    return fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  #args(stage: StageName): string[] {
    const { url, flags = [], rows, rate = 0 } = this.#settings;
    const data = ['--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression', '--rate', String(rate)];
    const bound = rows === undefined ? [] : ['--rows', String(rows)];
    const own: Record<StageName, readonly string[]> = {
      features: [...data, ...bound, '--resume', '--logs', this.#folder, ...flags],
      model: ['--model', join(EXAMPLE, 'diabetes_linear.pkl'), ...flags],
      metric: ['--logs', this.logs, ...flags],
      plot: ['--logs', join(this.#folder, 'pictures')],
    };
    return [stage, ...own[stage], '--broker', url, '--port', '0'];
  }
}

/** Where nothing is in its way the log grows many times a second. */
const PATIENCE_MS = 120_000;
