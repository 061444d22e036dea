/** What bounds scoring, so that nothing else in the process waits for it longer than 50 ms. */
export const SERVING_LIMITS = {
  /** A model that takes longer for a row computes in a thread of its own: the way there and back costs some 50 µs a batch. */
  rowMsMax: 0.005,
  /** How long a model computes before it gives way to whatever else waits in its thread. */
  turnMs: 8,
  /** Rows, and cells of them, that go through the stage in one go. */
  rowsAtOnceMax: 2_048,
  cellsAtOnceMax: 65_536,
  /** Work that a worker takes from the queue at once, as the time it takes: the rest is for other workers. */
  holdMs: 1_000,
  /** And as the bytes of its messages. */
  holdBytes: 8 * 1024 * 1024,
  /** Time between two looks at the model files. */
  watchEveryMs: 1_000,
} as const;
