import type { Stage, StageContext } from '../service/stage.ts';
import type { PredictionBooks, Snapshot, TruthBooks } from '../wire/snapshot.ts';
import type { MetricSettings } from './settings.ts';

/** The third stage while it runs. */
export interface MetricStage extends Stage {
  /** The log it writes. */
  readonly logPath: string;
  /** How everything stands now. Cheap enough for a live view several times a second. */
  snapshot(): Snapshot;
  /** The books now: of all models together, and of the truths. */
  books(): { readonly predictions: PredictionBooks; readonly truths: TruthBooks };
}

/**
 * Joins predictions with their truths, keeps the figures and the log, publishes snapshots.
 *
 * @throws {AftermathError} `stop` when the ledger or the log cannot be used: not writable, held by another
 *   process, damaged, of a newer version; the message says what to do
 */
export function startMetric(_settings: MetricSettings, _context: StageContext): Promise<MetricStage> {
  return Promise.reject(new Error('not built yet'));
}
