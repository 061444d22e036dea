import type { Cell } from '../../../wire/records.ts';
import { isArray, type PickleValue } from '../pickle/values.ts';
import type { Attributes } from './attributes.ts';
import { cellAt } from './frames.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built, type Frame, type Refusals } from './step.ts';

/** Encoders of categories: texts, numbers or booleans to numbers. */
export const ENCODERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.preprocessing._encoders.OneHotEncoder', oneHot],
  ['sklearn.preprocessing._encoders.OrdinalEncoder', ordinal],
]);

/** The categories of one column. NaN and None are one: a missing value. */
interface Categories {
  readonly count: number;
  readonly indices: ReadonlyMap<string | number, number>;
  readonly missing: number | undefined;
  readonly hasTexts: boolean;
  /** Category → its place once rare ones are grouped; `undefined` when none are. */
  readonly grouping: Float64Array | undefined;
}

const UNKNOWN = -1;

function categoriesOf(attributes: Attributes): Categories[] {
  const mappings = attributes.has('_default_to_infrequent_mappings')
    ? attributes.list('_default_to_infrequent_mappings')
    : [];
  return attributes.list('categories_').map((given, column) => {
    const labels = attributes.listIn(given) ?? attributes.fail('categories_', 'lists of categories');
    const indices = new Map<string | number, number>();
    let missing: number | undefined;
    attributes.context.budget.take(100 * labels.length);
    for (const [index, label] of labels.entries()) {
      if (label === null || Number.isNaN(label)) missing ??= index;
      else indices.set(keyOf(label, attributes), index);
    }
    const mapping = mappings[column];
    const grouping = isArray(mapping) ? attributes.numbersIn(mapping)?.values : undefined;
    const hasTexts = labels.some((label) => typeof label === 'string');
    return { count: labels.length, indices, missing, hasTexts, grouping };
  });
}

function keyOf(label: PickleValue, attributes: Attributes): string | number {
  if (typeof label === 'string' || typeof label === 'number') return label;
  if (typeof label === 'boolean' || typeof label === 'bigint') return Number(label);
  return attributes.fail('categories_', 'texts, numbers or booleans');
}

function findCategory(categories: Categories, cell: Cell): number {
  if (cell === null) return categories.missing ?? UNKNOWN;
  return categories.indices.get(typeof cell === 'boolean' ? Number(cell) : cell) ?? UNKNOWN;
}

function unknownReason(column: number, cell: Cell, who: string): string {
  return `feature ${column + 1} is ${JSON.stringify(cell)?.slice(0, 60)}, a category that ${who} has not seen`;
}

function textFeaturesOf(columns: readonly Categories[]): number[] {
  return columns.flatMap(({ hasTexts }, column) => (hasTexts ? [column] : []));
}

/** For each column, category → output column or UNKNOWN for none. */
interface Spread {
  readonly categories: Categories;
  readonly start: number;
  readonly places: Int32Array;
  /** Where an unknown category goes: UNKNOWN for all zeros. */
  readonly unknown: number;
}

function oneHot(attributes: Attributes): Built {
  const who = attributes.className;
  const columns = categoriesOf(attributes);
  const takesMissing = attributes.version() >= 0.24;
  const handling = attributes.text('handle_unknown', 'error');
  const dropKey = attributes.has('_drop_idx_after_grouping') ? '_drop_idx_after_grouping' : 'drop_idx_';
  const drops = attributes.has(dropKey) ? attributes.list(dropKey) : [];
  const toInfrequent = handling === 'infrequent_if_exist' || handling === 'warn';
  let width = 0;
  const spreads = columns.map((categories, column): Spread => {
    const drop = drops[column];
    const spread = spreadOf(
      categories,
      typeof drop === 'number' ? drop : undefined,
      width,
      toInfrequent,
      attributes,
    );
    width = spread.end;
    return spread;
  });
  return {
    kind: 'transformer',
    featureCount: columns.length,
    textFeatures: textFeaturesOf(columns),
    outputWidth: width,
    transform(frame: Frame, refusals: Refusals) {
      const values = new Float64Array(frame.rows * width);
      for (const [column, { categories, places, unknown }] of spreads.entries()) {
        for (let row = 0; row < frame.rows; row++) {
          const cell = cellAt(frame, row, column);
          if (cell === null && !takesMissing)
            refusals.add(row, `feature ${column + 1} is missing, which ${who} does not take`);
          const index = findCategory(categories, cell);
          if (index === UNKNOWN && handling === 'error') refusals.add(row, unknownReason(column, cell, who));
          const place = index === UNKNOWN ? unknown : (places[index] as number);
          if (place !== UNKNOWN) values[row * width + place] = 1;
        }
      }
      return numericFrame(frame.rows, width, values);
    },
  };
}

function spreadOf(
  categories: Categories,
  drop: number | undefined,
  start: number,
  toInfrequent: boolean,
  attributes: Attributes,
): Spread & { readonly end: number } {
  const { count, grouping } = categories;
  if (grouping !== undefined && grouping.length !== count) {
    throw attributes.odd('_default_to_infrequent_mappings', 'a place for each category');
  }
  const groups =
    grouping === undefined ? count : grouping.reduce((most, place) => Math.max(most, place + 1), 0);
  if (groups > count)
    throw attributes.odd('_default_to_infrequent_mappings', 'no more places than categories');
  const placeOf = (group: number): number => {
    if (group === drop) return UNKNOWN;
    return start + (drop !== undefined && group > drop ? group - 1 : group);
  };
  const places = Int32Array.from({ length: count }, (_, index) => placeOf(grouping?.[index] ?? index));
  const unknown = grouping !== undefined && toInfrequent ? placeOf(groups - 1) : UNKNOWN;
  const isDropped = drop !== undefined && drop >= 0 && drop < groups;
  return { categories, start, places, unknown, end: start + groups - (isDropped ? 1 : 0) };
}

function ordinal(attributes: Attributes): Built {
  const who = attributes.className;
  const columns = categoriesOf(attributes);
  const takesMissing = attributes.version() >= 1;
  const refusesUnknown = attributes.text('handle_unknown', 'error') === 'error';
  const unknown = refusesUnknown ? NaN : attributes.number('unknown_value', NaN);
  const missing = attributes.number('encoded_missing_value', NaN);
  const width = columns.length;
  return {
    kind: 'transformer',
    featureCount: width,
    textFeatures: textFeaturesOf(columns),
    outputWidth: width,
    transform(frame: Frame, refusals: Refusals) {
      const values = new Float64Array(frame.rows * width);
      for (const [column, categories] of columns.entries()) {
        for (let row = 0; row < frame.rows; row++) {
          const cell = cellAt(frame, row, column);
          if (cell === null && !takesMissing)
            refusals.add(row, `feature ${column + 1} is missing, which ${who} does not take`);
          const index = findCategory(categories, cell);
          if (index === UNKNOWN && refusesUnknown) refusals.add(row, unknownReason(column, cell, who));
          const code = categories.grouping?.[index] ?? index;
          values[row * width + column] =
            index === UNKNOWN ? unknown : index === categories.missing ? missing : code;
        }
      }
      return numericFrame(frame.rows, width, values);
    },
  };
}
