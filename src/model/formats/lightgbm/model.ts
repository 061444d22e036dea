import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import type { CategoryColumn } from '../trees/category-codes.ts';
import { pandasColumns } from './categories.ts';
import { packForest, type Forest } from './forest.ts';
import { linkOf, type Link } from './objectives.ts';
import { readModelText, type Section } from './text.ts';
import { readTree } from './tree.ts';

/** What a LightGBM model file says, as plain data that can cross a thread. */
export interface LightgbmModel {
  /** As the file has it, for example `binary sigmoid:1`; empty for a custom one. */
  readonly objective: string;
  readonly link: Link;
  readonly featureCount: number;
  /** `undefined` when LightGBM made them up (`Column_0`, …). */
  readonly featureNames: readonly string[] | undefined;
  readonly categories: readonly CategoryColumn[];
  /** Trees a round, which is scores a row. */
  readonly width: number;
  readonly rounds: number;
  /** Whether the scores are averaged over the rounds, as a random forest's are. */
  readonly isAveraged: boolean;
  readonly forest: Forest;
  readonly warnings: readonly string[];
}

const FEATURES_MAX = 1_000_000;
const WIDTH_MAX = 100_000;
const OBJECTIVE_LENGTH_MAX = 1000;

/** Whether a file begins as LightGBM's text models do. */
export function isLightgbm(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 6)).toString('latin1');
  return /^tree\r?\n/.test(start);
}

/**
 * Reads a LightGBM text model.
 *
 * @throws {ModelLoadError}
 */
export function readLightgbm(bytes: Uint8Array, budget: Budget): LightgbmModel {
  if (!isLightgbm(bytes)) throw new ModelLoadError("it does not begin with 'tree', as LightGBM's models do");
  const { head, trees, pandasCategorical } = readModelText(bytes, budget);
  if (!/^v[234]$/.test(head.text('version')))
    throw new ModelLoadError(
      `it has the version '${head.text('version').slice(0, 20)}' of the text format, and v2 to v4 load; save it again with a newer LightGBM`,
    );
  const featureCount = head.count('max_feature_idx') + 1;
  const width = head.count('num_tree_per_iteration', head.count('num_class', 1));
  if (featureCount > FEATURES_MAX || width < 1 || width > WIDTH_MAX)
    throw new ModelLoadError(`it has ${width} scores for ${featureCount} features, more than we load`);
  if (trees.length % width !== 0 || width > Math.max(1, trees.length))
    throw new ModelLoadError(`it has ${trees.length} trees, and ${width} belong to a round`);
  if (head.text('objective').length > OBJECTIVE_LENGTH_MAX)
    throw new ModelLoadError('the name of its objective is too long');
  const link = linkOf(head.text('objective'));
  if ((link.decides === 'one of two' && width !== 1) || (link.decides === 'one of several' && width < 2))
    throw new ModelLoadError(`it has ${width} scores for the objective '${head.text('objective')}'`);
  const { columns, warnings } = pandasColumns(
    pandasCategorical,
    head.has('feature_infos') ? head.words('feature_infos', featureCount) : [],
    budget,
  );
  const read = trees.map((tree) => readTree(tree, featureCount, budget));
  return {
    objective: head.text('objective'),
    link,
    featureCount,
    featureNames: namesOf(head, featureCount),
    categories: columns,
    width,
    rounds: trees.length / width,
    isAveraged: head.has('average_output'),
    forest: packForest(read, featureCount, budget),
    warnings,
  };
}

function namesOf(head: Section, featureCount: number): string[] | undefined {
  const names = head.words('feature_names', featureCount);
  return names.every((name, at) => name === `Column_${at}`) ? undefined : names;
}
