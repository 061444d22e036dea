import { AftermathError, messageOf } from './errors.ts';
import type { Logger } from './logging.ts';

/**
 * What to do with failures of something that nothing depends on and that is tried again anyway: they are for who
 * wants every detail, but one that will be the same next time (a right that is missing) is warned of, once.
 *
 * @param action what failed, as in `Cannot <action>`
 */
export function harmlessFailure(log: Logger, action: string): (error: unknown) => void {
  let isWarned = false;
  return (error) => {
    const text = `Cannot ${action}: ${messageOf(error)}`;
    const isLasting = error instanceof AftermathError && error.consequence === 'stop';
    if (!isLasting || isWarned) return log.debug(text);
    isWarned = true;
    return log.warn(text);
  };
}
