import type { MarkSnapshot } from '../../wire/snapshot.ts';
import type { OutcomeKeeper } from '../ordered/outcome-keeper.ts';

/** What happened to a model, oldest first: other versions, and what change detectors saw. */
export function marksOf(
  model: string,
  { versions, changes }: Pick<OutcomeKeeper, 'versions' | 'changes'>,
): readonly MarkSnapshot[] {
  return [...versions.of(model), ...changes.of(model)].sort((a, b) => a.atMs - b.atMs);
}
