import { isGlobal, isObject, type PickleValue } from '../pickle/values.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { NUMPY_FUNCTIONS } from './numpy-functions.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built, type Frame } from './step.ts';

/** A numpy function on every value. */
export const FUNCTION_TRANSFORMERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.preprocessing._function_transformer.FunctionTransformer', functionTransformer],
]);

function functionTransformer(attributes: Attributes): Built {
  const forward = functionOf(attributes, 'func');
  const backward = functionOf(attributes, 'inverse_func');
  const who = attributes.className;
  const checks = attributes.flag('validate', false);
  return {
    kind: 'transformer',
    outputWidth: undefined,
    keepsWidth: true,
    transform(frame, refusals) {
      if (forward === undefined && !checks) return frame;
      const missing = !checks;
      const values = checkNumbers(frame, refusals, { who, missing, infinite: missing });
      return numericFrame(
        frame.rows,
        frame.width,
        forward === undefined ? values : values.map((value) => forward(value)),
      );
    },
    inverse: (frame: Frame) =>
      backward === undefined
        ? frame
        : numericFrame(
            frame.rows,
            frame.width,
            frame.values.map((value) => backward(value)),
          ),
    lines: [functionLine(attributes.get('func'))],
  };
}

/** The function itself; `undefined` for the identity. */
function functionOf(attributes: Attributes, key: string): ((value: number) => number) | undefined {
  const value = attributes.get(key);
  if (value === undefined || value === null || isIdentity(value)) return undefined;
  const keywords = attributes.get(key === 'func' ? 'kw_args' : 'inv_kw_args');
  const hasKeywords = keywords instanceof Map && keywords.size > 0;
  const name =
    isGlobal(value) && /^(numpy|scipy)\./.test(value.name)
      ? value.name.slice(value.name.lastIndexOf('.') + 1)
      : '';
  const found = NUMPY_FUNCTIONS.get(name);
  if (found === undefined || hasKeywords)
    throw attributes.odd(key, 'a numpy function of one number without arguments');
  return found;
}

/** Histogram boosting keeps scikit-learn's own check of its input as a function. */
function isIdentity(value: PickleValue): boolean {
  if (isGlobal(value)) return value.name === CHECK;
  if (!isObject(value) || value.name !== 'functools.partial') return false;
  const [inner] = value.args;
  return isGlobal(inner) && inner.name === CHECK;
}

const CHECK = 'sklearn.utils.validation.check_array';

function functionLine(value: PickleValue | undefined): string {
  return isGlobal(value) ? value.name : 'as it is';
}
