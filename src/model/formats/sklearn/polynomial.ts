import { ModelLoadError } from '../../load-error.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built } from './step.ts';

/** Products of features up to a degree. */
export const POLYNOMIAL: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.preprocessing._polynomial.PolynomialFeatures', polynomial],
  ['sklearn.preprocessing._data.PolynomialFeatures', polynomial],
]);

const TERMS_MAX = 1_000_000;

/** One product: a feature times an earlier product of one degree less; the constant has neither. */
interface Term {
  readonly feature: number;
  readonly rest: number;
  readonly lowest: number;
}

function polynomial(attributes: Attributes): Built {
  const who = attributes.className;
  const degrees = attributes.numbersIn(attributes.get('degree'));
  const [first = 2, second] = degrees?.values ?? [];
  const most = second ?? first;
  const least = second === undefined ? 0 : first;
  const hasBias = attributes.flag('include_bias', true);
  const featureCount = attributes.has('n_features_in_')
    ? attributes.number('n_features_in_')
    : attributes.number('n_input_features_');
  if (!(most >= 0 && most <= 64 && featureCount >= 0 && featureCount <= TERMS_MAX))
    throw attributes.odd('degree', 'a small degree');
  const terms = termsOf(attributes, {
    featureCount,
    most,
    interactionOnly: attributes.flag('interaction_only', false),
  });
  const kept = terms.flatMap(({ degree }, at) =>
    degree >= Math.max(1, least) || (degree === 0 && hasBias) ? [at] : [],
  );
  const width = kept.length;
  return {
    kind: 'transformer',
    featureCount,
    outputWidth: width,
    transform(frame, refusals) {
      const values = checkNumbers(frame, refusals, { who });
      const result = new Float64Array(frame.rows * width);
      const products = new Float64Array(terms.length);
      for (let row = 0; row < frame.rows; row++) {
        const start = row * frame.width;
        for (const [at, { feature, rest }] of terms.entries()) {
          const value = feature < 0 ? 1 : (values[start + feature] as number);
          products[at] = rest <= 0 ? value : (products[rest] as number) * value;
        }
        for (let to = 0; to < width; to++) result[row * width + to] = products[kept[to] as number] as number;
      }
      return numericFrame(frame.rows, width, result);
    },
  };
}

/** All products in scikit-learn's order: the constant, then each degree, led by each feature in turn. */
function termsOf(
  attributes: Attributes,
  options: { featureCount: number; most: number; interactionOnly: boolean },
): (Term & { readonly degree: number })[] {
  const terms: (Term & { readonly degree: number })[] = [{ feature: -1, rest: -1, lowest: 0, degree: 0 }];
  let before = [0];
  for (let degree = 1; degree <= options.most; degree++) {
    const added: number[] = [];
    for (let feature = 0; feature < options.featureCount; feature++) {
      for (const rest of before) {
        const { lowest } = terms[rest] as Term;
        if (degree > 1 && (options.interactionOnly ? lowest <= feature : lowest < feature)) continue;
        attributes.context.budget.take(64);
        if (terms.length > TERMS_MAX)
          throw new ModelLoadError(`its ${attributes.className} makes more than a million features`);
        added.push(terms.push({ feature, rest, lowest: feature, degree }) - 1);
      }
    }
    before = added;
  }
  return terms;
}
