import type { Tags } from '../../wire/records.ts';

/** The value of a tag by which an outcome is sliced: that of its prediction, else of its truth; `undefined` where neither has it. */
export function sliceOf(
  tag: string,
  prediction: { readonly tags: Tags | undefined },
  truth?: { readonly tags: Tags | undefined },
): string | undefined {
  return tagOf(prediction.tags, tag) ?? tagOf(truth?.tags, tag);
}

/** What all values of a tag beyond the bound are called together. */
export const REST = '(other)';

function tagOf(tags: Tags | undefined, tag: string): string | undefined {
  if (tags === undefined || !Object.hasOwn(tags, tag)) return undefined;
  const value = tags[tag];
  return value !== undefined && value.length > VALUE_LENGTH_MAX ? value.slice(0, VALUE_LENGTH_MAX) : value;
}

/** Characters of a value by which slices are told apart. */
const VALUE_LENGTH_MAX = 256;
