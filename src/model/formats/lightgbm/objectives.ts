import { ModelLoadError } from '../../load-error.ts';

/** What turns raw scores into predictions. */
export interface Link {
  readonly kind: 'identity' | 'square' | 'exp' | 'sigmoid' | 'softmax' | 'log1pexp';
  /** The slope of a sigmoid; else 1. */
  readonly slope: number;
  /** What the scores decide between; `undefined` for a number. */
  readonly decides: 'one of two' | 'one of several' | undefined;
}

const NUMBERS: ReadonlyMap<string, Link['kind']> = new Map([
  ['regression', 'identity'],
  ['regression_l2', 'identity'],
  ['regression_l1', 'identity'],
  ['fair', 'identity'],
  ['quantile', 'identity'],
  ['mape', 'identity'],
  ['huber', 'identity'],
  ['poisson', 'exp'],
  ['gamma', 'exp'],
  ['tweedie', 'exp'],
  ['cross_entropy', 'sigmoid'],
  ['xentropy', 'sigmoid'],
  ['cross_entropy_lambda', 'log1pexp'],
  ['xentlambda', 'log1pexp'],
  ['lambdarank', 'identity'],
  ['rank_xendcg', 'identity'],
  ['xendcg', 'identity'],
  ['custom', 'identity'],
  ['none', 'identity'],
  ['', 'identity'],
]);

/** Objectives that ignore `sqrt`. */
const NEVER_SQUARED = new Set(['huber', 'poisson', 'gamma', 'tweedie']);

/**
 * The link of an objective as a model file names it, for example `binary sigmoid:1`.
 *
 * @throws {ModelLoadError} naming an objective that is not known
 */
export function linkOf(objective: string): Link {
  const [name = '', ...options] = objective.split(' ');
  const slope = Number(options.find((option) => option.startsWith('sigmoid:'))?.slice(8) ?? 1);
  if (name === 'binary') return { kind: 'sigmoid', slope, decides: 'one of two' };
  if (name === 'multiclass' || name === 'softmax')
    return { kind: 'softmax', slope: 1, decides: 'one of several' };
  if (name === 'multiclassova') return { kind: 'sigmoid', slope, decides: 'one of several' };
  const kind = NUMBERS.get(name);
  if (kind === undefined)
    throw new ModelLoadError(
      `its objective '${name.slice(0, 80)}' is not one that we know (binary, multiclass, multiclassova, ${[...NUMBERS.keys()].filter(Boolean).join(', ')}); exported to ONNX (onnxmltools) it may load`,
    );
  const isSquared = options.includes('sqrt') && !NEVER_SQUARED.has(name) && kind === 'identity';
  return { kind: isSquared ? 'square' : kind, slope: 1, decides: undefined };
}

/** Applies a link in place. `scores` is rows × width. */
export function applyLink({ kind, slope }: Link, scores: Float64Array, width: number): Float64Array {
  if (kind === 'softmax') return softmax(scores, width);
  if (kind === 'identity') return scores;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] as number;
    if (kind === 'square') scores[at] = Math.sign(score) * score * score;
    else if (kind === 'exp') scores[at] = Math.exp(score);
    else if (kind === 'sigmoid') scores[at] = 1 / (1 + Math.exp(-slope * score));
    else scores[at] = Math.log1p(Math.exp(score));
  }
  return scores;
}

function softmax(scores: Float64Array, width: number): Float64Array {
  for (let start = 0; start < scores.length; start += width) {
    let largest = -Infinity;
    for (let at = start; at < start + width; at++) largest = Math.max(largest, scores[at] as number);
    let sum = 0;
    for (let at = start; at < start + width; at++) {
      const power = Math.exp((scores[at] as number) - largest);
      scores[at] = power;
      sum += power;
    }
    for (let at = start; at < start + width; at++) scores[at] = (scores[at] as number) / sum;
  }
  return scores;
}
