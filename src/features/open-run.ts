import { AftermathError } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import { Dataset } from './dataset.ts';
import { newRunId } from './outgoing.ts';
import { START, type Position } from './position.ts';
import type { DatasetSettings, FeaturesLimits } from './settings.ts';
import type { FeaturesState, RunSpec, StoredRun } from './state.ts';
import { followsEvents } from './timeline.ts';

/** A run that is stored and can begin, or go on from its position. */
export interface OpenedRun {
  readonly id: string;
  readonly dataset: Dataset;
  readonly settings: DatasetSettings;
  readonly from: Position;
}

/**
 * Opens the run of the stage's own settings: the last one where it is to be resumed, else a new one.
 *
 * @throws {AftermathError} `stop` when the file cannot be used, or is not the one that the last run read;
 *   `usage` when settings contradict each other, or the last run
 */
export async function openRun(
  options: { readonly dataset: DatasetSettings; readonly resume: boolean; readonly limits: FeaturesLimits },
  state: FeaturesState,
  log: Logger,
): Promise<OpenedRun> {
  const { dataset: settings, resume, limits } = options;
  const dataset = await openDataset(settings, limits);
  const spec = { settings, version: dataset.version, shuffleRowsMax: limits.shuffleRowsMax };
  const last = resume ? state.lastRun() : undefined;
  if (last === undefined) {
    if (resume) log.warn('there is no run to go on with: a new one begins');
    const run = newRun(spec);
    state.beginRun(run);
    return { id: run.id, dataset, settings, from: START };
  }
  mustBeTheSame(last, spec);
  const { features, truths } = last.position;
  log.info(`run ${last.id} goes on after row ${features}; truths are settled up to row ${truths}`);
  return { id: last.id, dataset, settings, from: last.position };
}

/**
 * Opens a stored run of a task.
 *
 * @throws {AftermathError} `stop` when the file cannot be used, or is not the one that was named
 */
export async function reopenRun(
  { id, spec, position }: StoredRun,
  limits: FeaturesLimits,
): Promise<OpenedRun> {
  const { settings } = spec;
  const dataset = await openDataset(settings, limits);
  mustBeTheSameFile(id, spec, dataset.version);
  return { id, dataset, settings, from: position };
}

/** A run that has not begun. */
export function newRun(spec: RunSpec): StoredRun {
  return { id: newRunId(Date.now()), spec, position: START };
}

/**
 * The data of these settings, its header read.
 *
 * @throws {AftermathError} `stop` when the file cannot be used, `usage` when settings contradict each other
 */
export async function openDataset(settings: DatasetSettings, limits: FeaturesLimits): Promise<Dataset> {
  if (settings.speed !== undefined) {
    if (settings.time === undefined)
      throw new AftermathError(
        'usage',
        'Cannot replay event time with a speed: no column with the time is named. Name one with --time.',
      );
    if (settings.order === 'random')
      throw new AftermathError(
        'usage',
        'Cannot replay event time in random order: the times give the order. Leave out --speed or --order random.',
      );
  }
  const { cacheBytesMax } = limits;
  return Dataset.open({ ...settings, cacheBytesMax, needsTime: followsEvents(settings) });
}

function mustBeTheSame(last: StoredRun, spec: RunSpec): void {
  const [before, now] = [last.spec, spec];
  const different: string[] = DECIDING.filter(
    (key) => JSON.stringify(before.settings[key]) !== JSON.stringify(now.settings[key]),
  );
  if (now.settings.order === 'random') {
    if (before.settings.seed !== now.settings.seed) different.push('seed');
    if (before.shuffleRowsMax !== now.shuffleRowsMax) different.push('rows shuffled at once');
  }
  if (different.length > 0)
    throw new AftermathError(
      'usage',
      `Cannot go on with run ${last.id}: ${different.join(', ')} differed in it. Give the same settings, or leave out --resume to start a new run.`,
    );
  mustBeTheSameFile(last.id, before, now.version);
}

/** What decides which rows a run has, and in which order. How far and how fast it goes may change. */
const DECIDING = ['data', 'target', 'id', 'time', 'truthTime', 'features', 'tags', 'order'] as const;

function mustBeTheSameFile(run: string, { settings, version }: RunSpec, found: RunSpec['version']): void {
  if (found.bytes === version.bytes && found.modifiedMs === version.modifiedMs) return;
  throw new AftermathError(
    'stop',
    `Cannot go on with run ${run}: data file ${settings.data} has changed since. Start a new run.`,
  );
}
