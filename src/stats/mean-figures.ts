import {
  addToMean,
  emptyMean,
  meanOf,
  mergeMean,
  mergeScaledMean,
  readMean,
  writeMean,
} from './exact-mean.ts';
import type { ExactMean } from './exact-mean.ts';
import { present } from './figure.ts';
import type { FadableFigures } from './forward-decay.ts';
import { checkedWeight } from './outcome-limits.ts';
import { StateReader, StateWriter } from './state-bytes.ts';

/** One exact mean for each name, and how many outcomes had no value under it. */
export interface MeansState<N extends string> {
  readonly means: Record<N, ExactMean>;
  readonly undefinedRows: Record<N, number>;
}

/**
 * Linear figures each of which is a mean over the outcomes, or made from such means.
 *
 * @param options.names of the means, in the order in which they are stored
 * @param options.version raised when a mean changes what it means
 * @param options.values of one outcome, by name; `undefined` where it has none and that is to be counted. Throws a RangeError where the
 *   outcome cannot occur
 * @param options.figures from the means; by default the means under their names
 */
export function meanFigures<N extends string, O extends { readonly weight?: number | undefined }>(options: {
  readonly names: readonly N[];
  readonly version: number;
  readonly values: (outcome: O) => Readonly<Record<N, number | undefined>>;
  readonly figures?: MeansToFigures<N>;
}): FadableFigures<MeansState<N>, O> {
  const { names, version, values, figures } = options;
  return figuresOfMeans({
    names,
    version,
    figures: figures ?? ((means) => means),
    put(state, outcome: O, sign) {
      const found = values(outcome);
      const weight = outcome.weight === undefined ? 1 : checkedWeight(outcome.weight);
      if (weight === 0) return;
      for (const name of names) {
        const value = found[name];
        if (value === undefined) state.undefinedRows[name] += sign;
        else addToMean(state.means[name], value, weight, sign);
      }
    },
  });
}

/** What is answered from the means. */
export type MeansToFigures<N extends string> = (
  means: Readonly<Record<N, number | undefined>>,
  state: MeansState<N>,
) => Readonly<Record<string, number | undefined>>;

/**
 * The same where an outcome has a value under few of many names: `put` adds to these (sign 1) or takes out (−1).
 *
 * @param options.put throws a RangeError where the outcome cannot occur, before it changes anything
 */
export function figuresOfMeans<N extends string, O>(options: {
  readonly names: readonly N[];
  readonly version: number;
  readonly put: (state: MeansState<N>, outcome: O, sign: 1 | -1) => void;
  readonly figures: MeansToFigures<N>;
}): FadableFigures<MeansState<N>, O> {
  const { names, version, put, figures } = options;
  const empty = (): MeansState<N> => ({
    means: byName(names, emptyMean),
    undefinedRows: byName(names, () => 0),
  });
  return {
    kind: 'linear',
    version,
    empty,
    add: (state, outcome) => put(state, outcome, 1),
    remove: (state, outcome) => put(state, outcome, -1),
    merge(state, other) {
      for (const name of names) {
        mergeMean(state.means[name], other.means[name]);
        state.undefinedRows[name] += other.undefinedRows[name];
      }
    },
    mergeScaled(state, other, exponent) {
      for (const name of names) {
        mergeScaledMean(state.means[name], other.means[name], exponent);
        state.undefinedRows[name] += other.undefinedRows[name];
      }
    },
    value(state) {
      return present(
        figures(
          byName(names, (name) => meanOf(state.means[name])),
          state,
        ),
      );
    },
    encode(state) {
      const writer = new StateWriter();
      writer.integer(version);
      for (const name of names) {
        writeMean(writer, state.means[name]);
        writer.integer(state.undefinedRows[name]);
      }
      return writer.finish();
    },
    decode(bytes) {
      const reader = new StateReader(bytes);
      const found = reader.integer();
      if (found !== version) {
        throw new RangeError(`Cannot read a state of version ${found}: this is version ${version}`);
      }
      const state = empty();
      for (const name of names) {
        state.means[name] = readMean(reader);
        state.undefinedRows[name] = reader.integer();
      }
      reader.end();
      return state;
    },
  };
}

function byName<N extends string, V>(names: readonly N[], value: (name: N) => V): Record<N, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<N, V>;
}
