import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { requireTransformer } from './pipeline.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built } from './step.ts';

/** Numbers into bins. */
export const DISCRETIZERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.preprocessing._discretization.KBinsDiscretizer', kBins],
]);

/** Before this version a value this near below an edge was put above it. */
const EXACT_EDGES_SINCE = 1.01;
const NEAR = { relative: 1e-5, absolute: 1e-8 };

function kBins(attributes: Attributes): Built {
  const who = attributes.className;
  const edges = attributes.list('bin_edges_').map((column) => attributes.numbersIn(column)?.values);
  const isOneHot = attributes.text('encode', 'onehot').startsWith('onehot');
  const encoder = isOneHot ? requireTransformer(attributes.step('_encoder')) : undefined;
  const isExact = attributes.version() >= EXACT_EDGES_SINCE;
  const binOf = (value: number, column: number): number => {
    const bounds = edges[column] ?? attributes.fail('bin_edges_', 'edges of each column');
    const shifted = isExact ? value : value + NEAR.absolute + NEAR.relative * Math.abs(value);
    let bin = 0;
    while (bin < bounds.length - 2 && (bounds[bin + 1] as number) <= shifted) bin++;
    return bin;
  };
  return {
    kind: 'transformer',
    featureCount: edges.length,
    outputWidth: encoder === undefined ? edges.length : encoder.outputWidth,
    transform(frame, refusals) {
      const values = checkNumbers(frame, refusals, { who });
      const binned = values.map((value, at) => binOf(value, at % frame.width));
      const result = numericFrame(frame.rows, frame.width, binned);
      return encoder === undefined ? result : encoder.transform(result, refusals);
    },
  };
}
