import { addCount, emptySketch, readSketch, signedQuantile, writeSketch } from './count-sketch.ts';
import type { CountSketch } from './count-sketch.ts';
import { add, emptySum, exactly, sumOf, valueOf } from './exact-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import { checkedValue } from './outcome-limits.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/** What somebody without a model would answer. */
export interface Baselines {
  readonly mean: number;
  /** Within 0.4 % of the exact one. */
  readonly median: number;
  readonly last: number;
}

/** The truths so far. */
export interface RunningBaselinesState {
  count: number;
  readonly sum: ExactSum;
  last: number;
  readonly positive: CountSketch;
  /** Sizes of those below 0. */
  readonly negative: CountSketch;
}

/**
 * Mean, median and last value of the truths so far: order-dependent, since what a prediction is compared with is
 * how they stood when it came in.
 */
export const runningBaselines = {
  kind: 'order-dependent',
  version: 1,
  empty: (): RunningBaselinesState => ({
    count: 0,
    sum: emptySum(),
    last: 0,
    positive: emptySketch(),
    negative: emptySketch(),
  }),
  /** @throws {RangeError} on a truth that cannot be scored */
  add(state: RunningBaselinesState, truth: number): void {
    const y = checkedValue(truth, 'a truth');
    state.count++;
    add(state.sum, y);
    state.last = y;
    addCount(y < 0 ? state.negative : state.positive, Math.abs(y), 1);
  },
  /** `undefined` before a truth. Takes some microseconds: ask once a batch. */
  baselines(state: RunningBaselinesState): Baselines | undefined {
    const [mean, median] = [runningBaselines.mean(state), runningBaselines.median(state)];
    return mean === undefined || median === undefined ? undefined : { mean, median, last: state.last };
  },
  /** `undefined` before a truth. */
  mean: ({ count, sum }: RunningBaselinesState): number | undefined =>
    count === 0 ? undefined : valueOf(sum) / count,
  /** `undefined` before a truth. Within 0.4 %. */
  median: (state: RunningBaselinesState): number | undefined =>
    state.count === 0 ? undefined : signedQuantile(state, 0.5),
  write(writer: StateWriter, state: RunningBaselinesState): void {
    writer.integer(runningBaselines.version);
    writer.integer(state.count);
    writer.exact(exactly(state.sum));
    writer.double(state.last);
    writeSketch(writer, state.positive);
    writeSketch(writer, state.negative);
  },
  /** @throws {RangeError} on bytes of another version or that are no state */
  read(reader: StateReader): RunningBaselinesState {
    const version = reader.integer();
    if (version !== runningBaselines.version) {
      throw new RangeError(
        `Cannot read a state of version ${version}: this is version ${runningBaselines.version}`,
      );
    }
    return {
      count: reader.integer(),
      sum: sumOf(reader.exact()),
      last: reader.double(),
      positive: readSketch(reader),
      negative: readSketch(reader),
    };
  },
} as const;
