/**
 * What time it is for the stream: the wall clock, or that of a replay.
 *
 * Horizons, retention and the refusal of times in the future are measured against it. It is moved only by
 * whoever owns the stream (the features stage, by the rows it publishes), never by a record that arrives:
 * one absurd time in a message must not expire everything else.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
}

/** The wall clock of this machine. */
export const SYSTEM_CLOCK: Clock = { nowMs: () => Date.now() };

/** The clock of a replay: it stands at the latest event that was published, and is the wall clock before the first. */
export class ReplayClock implements Clock {
  #latestMs: number | undefined;

  nowMs(): number {
    return this.#latestMs ?? Date.now();
  }

  /** Moves the clock forward to `timeMs`; an earlier time leaves it where it is. */
  advanceTo(timeMs: number): void {
    if (this.#latestMs === undefined || timeMs > this.#latestMs) this.#latestMs = timeMs;
  }
}
