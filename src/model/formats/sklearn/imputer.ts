import type { Cell } from '../../../wire/records.ts';
import { isObject, type PickleValue } from '../pickle/values.ts';
import { Attributes } from './attributes.ts';
import { cellAt } from './frames.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Transformers that see to missing values. */
export const IMPUTERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.impute._base.SimpleImputer', simpleImputer],
  ['sklearn.impute._base.MissingIndicator', missingIndicator],
]);

function simpleImputer(attributes: Attributes): Built {
  const who = attributes.className;
  const isMissing = missingTest(attributes.get('missing_values'));
  const statistics = attributes.list('statistics_').map((value) => cellOf(value, attributes));
  const keepsEmpty =
    attributes.get('strategy') === 'constant' || attributes.flag('keep_empty_features', false);
  const kept = statistics.flatMap((value, column) => (value === null && !keepsEmpty ? [] : [column]));
  const indicated = indicatedColumns(attributes);
  const width = kept.length + indicated.length;
  return {
    kind: 'transformer',
    featureCount: statistics.length,
    textFeatures: statistics.flatMap((value, column) => (typeof value === 'string' ? [column] : [])),
    outputWidth: width,
    transform(frame: Frame, refusals: Refusals) {
      const values = new Float64Array(frame.rows * width);
      const cells = new Map<number, readonly Cell[]>();
      for (const [to, column] of kept.entries()) {
        const fill = statistics[column] as Cell;
        const given = Array.from({ length: frame.rows }, (_, row) => cellAt(frame, row, column));
        for (const [row, cell] of given.entries()) {
          if (isMissing(cell)) given[row] = fill;
          else if (cell === null)
            refusals.add(row, `feature ${column + 1} is missing (NaN), which ${who} does not take`);
          values[row * width + to] = asNumber(given[row] ?? null);
        }
        if (given.some((cell) => typeof cell === 'string' || typeof cell === 'boolean')) cells.set(to, given);
      }
      for (const [at, column] of indicated.entries()) {
        for (let row = 0; row < frame.rows; row++) {
          values[row * width + kept.length + at] = isMissing(cellAt(frame, row, column)) ? 1 : 0;
        }
      }
      return { rows: frame.rows, width, values, cells: cells.size > 0 ? cells : undefined };
    },
  };
}

function missingIndicator(attributes: Attributes): Built {
  const isMissing = missingTest(attributes.get('missing_values'));
  const columns = [...attributes.numbers('features_').values];
  const refusesNew = attributes.flag('error_on_new', true) && attributes.get('features') !== 'all';
  const seen = new Set(columns);
  return {
    kind: 'transformer',
    outputWidth: columns.length,
    transform(frame: Frame, refusals: Refusals) {
      const values = new Float64Array(frame.rows * columns.length);
      for (let row = 0; row < frame.rows; row++) {
        for (const [to, column] of columns.entries()) {
          values[row * columns.length + to] = isMissing(cellAt(frame, row, column)) ? 1 : 0;
        }
        for (let column = 0; column < (refusesNew ? frame.width : 0); column++) {
          if (seen.has(column) || !isMissing(cellAt(frame, row, column))) continue;
          refusals.add(row, `feature ${column + 1} is missing, which it never was in training`);
        }
      }
      return { rows: frame.rows, width: columns.length, values, cells: undefined };
    },
  };
}

function indicatedColumns(attributes: Attributes): number[] {
  const indicator = attributes.flag('add_indicator', false) ? attributes.get('indicator_') : undefined;
  return isObject(indicator)
    ? [...new Attributes(indicator, attributes.context).numbers('features_').values]
    : [];
}

/** Which cells are missing: NaN and None look the same in a message, so either stands for both. */
function missingTest(missing: PickleValue | undefined): (cell: Cell) => boolean {
  if (typeof missing === 'string' || typeof missing === 'boolean') return (cell) => cell === missing;
  if (typeof missing === 'number' && !Number.isNaN(missing)) return (cell) => cell === missing;
  return (cell) => cell === null;
}

function cellOf(value: PickleValue, attributes: Attributes): Cell {
  if (value === null || Number.isNaN(value)) return null;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return attributes.fail('statistics_', 'numbers or texts');
}

function asNumber(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'boolean' ? Number(cell) : NaN;
}
