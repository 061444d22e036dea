import { ModelLoadError } from '../../load-error.ts';

/** What turns margins into predictions. */
export type Link = 'identity' | 'sigmoid' | 'exp' | 'softmax' | 'hinge';

const LINKS: ReadonlyMap<string, Link> = new Map<string, Link>([
  ['reg:squarederror', 'identity'],
  ['reg:linear', 'identity'],
  ['reg:squaredlogerror', 'identity'],
  ['reg:pseudohubererror', 'identity'],
  ['reg:absoluteerror', 'identity'],
  ['reg:quantileerror', 'identity'],
  ['reg:expectileerror', 'identity'],
  ['reg:logistic', 'sigmoid'],
  ['reg:gamma', 'exp'],
  ['reg:tweedie', 'exp'],
  ['count:poisson', 'exp'],
  ['survival:cox', 'exp'],
  ['survival:aft', 'exp'],
  ['binary:logistic', 'sigmoid'],
  ['binary:logitraw', 'identity'],
  ['binary:hinge', 'hinge'],
  ['multi:softprob', 'softmax'],
  ['multi:softmax', 'softmax'],
  ['rank:pairwise', 'identity'],
  ['rank:ndcg', 'identity'],
  ['rank:map', 'identity'],
]);

const fround = Math.fround;
/** Where `Sigmoid` stops, so that e^x stays finite in float32. */
const EXPONENT_MAX = fround(88.7);
const TINY = fround(1e-16);
const EDGE = fround(1e-6);
/** From 1.3 on `binary:logitraw` keeps its base score as a margin. */
const RAW_MARGIN_SINCE = 1.03;

/** @throws {ModelLoadError} naming an objective that is not known */
export function linkOf(objective: string): Link {
  const link = LINKS.get(objective);
  if (link === undefined)
    throw new ModelLoadError(
      `its objective '${objective.slice(0, 80)}' is not one that we know (${[...LINKS.keys()].join(', ')}); exported to ONNX (onnxmltools) it may load`,
    );
  return link;
}

/**
 * The margin that stands for a base score, which files keep as a prediction.
 *
 * @param version XGBoost's, as `versionNumber` has it
 */
export function marginOf(objective: string, score: number, version: number): number {
  const base = fround(score);
  if (objective === 'binary:logitraw') return version >= RAW_MARGIN_SINCE ? base : logit(base);
  const link = linkOf(objective);
  if (link === 'sigmoid') return logit(base);
  return link === 'exp' ? fround(Math.log(base)) : base;
}

function logit(base: number): number {
  const bounded = Math.min(Math.max(base, EDGE), fround(1 - EDGE));
  return -fround(Math.log(fround(fround(1 / bounded) - 1)));
}

/**
 * Applies a link in place, in float32 at each step.
 *
 * @param margins rows × width
 * @see XGBoost, src/common/math.h (Sigmoid, Softmax)
 */
export function applyLink(link: Link, margins: Float32Array, width: number): Float32Array {
  if (link === 'softmax') return softmax(margins, width);
  for (let at = 0; at < margins.length; at++) {
    const margin = margins[at] as number;
    if (link === 'sigmoid') margins[at] = sigmoid(margin);
    else if (link === 'exp') margins[at] = Math.exp(margin);
    else if (link === 'hinge') margins[at] = margin > 0 ? 1 : 0;
  }
  return margins;
}

function sigmoid(margin: number): number {
  const power = fround(Math.exp(Math.min(-margin, EXPONENT_MAX)));
  return 1 / fround(fround(power + 1) + TINY);
}

function softmax(margins: Float32Array, width: number): Float32Array {
  for (let start = 0; start < margins.length; start += width) {
    let largest = -Infinity;
    for (let at = start; at < start + width; at++) largest = Math.max(largest, margins[at] as number);
    let sum = 0;
    for (let at = start; at < start + width; at++) {
      const power = fround(Math.exp(fround((margins[at] as number) - largest)));
      margins[at] = power;
      sum += power;
    }
    const whole = fround(sum);
    for (let at = start; at < start + width; at++) margins[at] = (margins[at] as number) / whole;
  }
  return margins;
}
