import { AftermathError } from '../service/errors.ts';
import type { Stage, StageContext } from '../service/stage.ts';
import type { FeaturesSettings } from './settings.ts';

export interface FeaturesStage extends Stage {
  progress(): FeaturesProgress;
}

/** How far it has come. Counts are of the run in hand, across restarts. */
export interface FeaturesProgress {
  /** Short id of the run in hand; `undefined` before one. */
  readonly run: string | undefined;
  /** Rows whose features are confirmed. */
  readonly rowsPublished: number;
  /** Truths that are confirmed. */
  readonly truthsPublished: number;
  /** Truths that are still to be sent or confirmed, of rows that were sent. */
  readonly truthsDue: number;
  /** Rows of the file that could not be used. */
  readonly rowsRefused: number;
  /** Rows that were published and have no target: no truth will come. */
  readonly rowsWithoutTruth: number;
  /** Rows that the run will read in all (published or refused), when known. */
  readonly rowsTotal: number | undefined;
  /** Everything is published and confirmed. */
  readonly finished: boolean;
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
  throw new AftermathError(
    'stop',
    `Cannot publish features to ${context.broker.address}: ${settings.statePath}`,
  );
}
