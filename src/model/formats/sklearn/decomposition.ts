import { applyAffine, requireSame } from './affine.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built } from './step.ts';

/** Projections onto fewer columns. */
export const DECOMPOSITION: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.decomposition._pca.PCA', principal],
  ['sklearn.decomposition._incremental_pca.IncrementalPCA', principal],
  ['sklearn.decomposition._truncated_svd.TruncatedSVD', truncated],
]);

function principal(attributes: Attributes): Built {
  const { rows, columns, values } = attributes.matrix('components_');
  const mean = attributes.has('mean_') ? attributes.vector('mean_', columns) : undefined;
  const scale = attributes.flag('whiten', false)
    ? attributes.vector('explained_variance_', rows).map((variance) => Math.sqrt(variance))
    : undefined;
  return project(attributes, { rows, columns, values }, mean, scale);
}

function truncated(attributes: Attributes): Built {
  return project(attributes, attributes.matrix('components_'), undefined, undefined);
}

function project(
  attributes: Attributes,
  components: { readonly rows: number; readonly columns: number; readonly values: Float64Array },
  mean: Float64Array | undefined,
  scale: Float64Array | undefined,
): Built {
  const who = attributes.className;
  const { rows: outputs, columns: width, values: weights } = components;
  if (mean !== undefined) requireSame(who, 'means', mean.length, width);
  const affine = { outputs, width, weights, intercepts: new Float64Array(outputs) };
  return {
    kind: 'transformer',
    featureCount: width,
    outputWidth: outputs,
    transform(frame, refusals) {
      const given = checkNumbers(frame, refusals, { who });
      const centered =
        mean === undefined ? given : given.map((value, at) => value - (mean[at % width] as number));
      const result = applyAffine(affine, centered, frame.rows);
      if (scale !== undefined) {
        for (let at = 0; at < result.length; at++)
          result[at] = (result[at] as number) / (scale[at % outputs] as number);
      }
      return numericFrame(frame.rows, outputs, result);
    },
  };
}
