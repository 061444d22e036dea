import type { ChangeDetector } from './change-detector.ts';

/** The rate of errors, and where it stood best. */
export interface DdmState {
  count: number;
  rate: number;
  /** Rate and its standard error where their sum was least; negative before a first look. */
  bestRate: number;
  bestError: number;
}

/**
 * DDM: a change, always a rise, where the rate of errors is `deviations` standard errors above its best. Begins anew after it.
 *
 * @param options.warmUp observations before the first look
 * @see Gama, Medas, Castillo and Rodrigues (2004), doi:10.1007/978-3-540-28645-5_29; defaults as in River
 */
export function ddm(
  options: { readonly warmUp?: number; readonly deviations?: number } = {},
): ChangeDetector<DdmState> {
  const { warmUp = 30, deviations = 3 } = options;
  const empty = (): DdmState => ({ count: 0, rate: 0, bestRate: -1, bestError: 0 });
  return {
    kind: 'order-dependent',
    version: 1,
    name: 'DDM',
    empty,
    /** @param observation 1 for an error, 0 for none, or a loss between them */
    add(state, observation) {
      if (!(observation >= 0 && observation <= 1)) {
        throw new RangeError(`Cannot look for a change at an error of ${observation}: 0 to 1 is expected`);
      }
      state.count++;
      state.rate += (observation - state.rate) / state.count;
      if (state.count <= warmUp) return undefined;
      const error = Math.sqrt((state.rate * (1 - state.rate)) / state.count);
      if (state.bestRate < 0 || state.rate + error <= state.bestRate + state.bestError) {
        state.bestRate = state.rate;
        state.bestError = error;
      }
      if (state.rate + error <= state.bestRate + deviations * state.bestError) return undefined;
      Object.assign(state, empty());
      return 'rise';
    },
  };
}
