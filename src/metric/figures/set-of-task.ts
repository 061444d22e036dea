import type { StateReader } from '../../stats/state-bytes.ts';
import type { LedgerTask } from '../ledger/ledger.ts';
import { ClassSet } from './class-set.ts';
import type { FigureSet } from './figure-set.ts';
import type { FigureSettings } from './figure-settings.ts';
import { RegressionSet } from './regression-set.ts';

/** A set with nothing in it. */
export function emptySet(task: LedgerTask, settings: FigureSettings): FigureSet {
  return task === 'regression' ? new RegressionSet(settings) : new ClassSet(settings);
}

/** The set that `write` wrote. @throws {RangeError} on bytes of another version or that are no set */
export function readSet(reader: StateReader, task: LedgerTask, settings: FigureSettings): FigureSet {
  return task === 'regression' ? RegressionSet.read(reader, settings) : ClassSet.read(reader, settings);
}
