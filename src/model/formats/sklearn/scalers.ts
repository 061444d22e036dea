import { requireSame } from './affine.ts';
import type { Attributes } from './attributes.ts';
import { allFinite, checkNumbers } from './checks.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built, type Frame } from './step.ts';

/** Transformers that shift and scale each column, or each row, by itself. */
export const SCALERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.preprocessing._data.StandardScaler', standard],
  ['sklearn.preprocessing._data.MinMaxScaler', minMax],
  ['sklearn.preprocessing._data.MaxAbsScaler', maxAbs],
  ['sklearn.preprocessing._data.RobustScaler', robust],
  ['sklearn.preprocessing._data.Normalizer', normalizer],
  ['sklearn.preprocessing._data.Binarizer', binarizer],
]);

function standard(attributes: Attributes): Built {
  const center = attributes.flag('with_mean', true) ? attributes.numbers('mean_').values : undefined;
  const scale = attributes.has('scale_') ? attributes.numbers('scale_').values : undefined;
  return shiftThenScale(attributes, center, scale);
}

function robust(attributes: Attributes): Built {
  const center = attributes.flag('with_centering', true) ? attributes.numbers('center_').values : undefined;
  const scale = attributes.flag('with_scaling', true) ? attributes.numbers('scale_').values : undefined;
  return shiftThenScale(attributes, center, scale);
}

function maxAbs(attributes: Attributes): Built {
  return shiftThenScale(
    attributes,
    undefined,
    attributes.numbers('scale_').values,
    attributes.flag('clip', false),
  );
}

/** (x − center) / scale, each optional; `clip` to ±1. */
function shiftThenScale(
  attributes: Attributes,
  center: Float64Array | undefined,
  scale: Float64Array | undefined,
  clip = false,
): Built {
  const who = attributes.className;
  const width = center?.length ?? scale?.length;
  if (center !== undefined && scale !== undefined) requireSame(who, 'scales', scale.length, center.length);
  if (width === undefined) return unchanged(who);
  const zeros = new Float64Array(width);
  const ones = new Float64Array(width).fill(1);
  return {
    kind: 'transformer',
    featureCount: width,
    outputWidth: width,
    transform(frame, refusals) {
      const result = shiftedAndScaled(frame, center ?? zeros, scale ?? ones);
      // As in a linear model: what came out finite went in finite.
      if (frame.cells !== undefined || !allFinite(result))
        checkNumbers(frame, refusals, { who, missing: true });
      if (clip) for (const [at, value] of result.entries()) result[at] = Math.min(1, Math.max(-1, value));
      return numericFrame(frame.rows, frame.width, result);
    },
    inverse: (frame) => eachColumn(frame, (value, at) => value * (scale?.[at] ?? 1) + (center?.[at] ?? 0)),
  };
}

/** A scaler that was told neither to shift nor to scale. */
function unchanged(who: string): Built {
  return {
    kind: 'transformer',
    outputWidth: undefined,
    keepsWidth: true,
    transform(frame, refusals) {
      return numericFrame(frame.rows, frame.width, checkNumbers(frame, refusals, { who, missing: true }));
    },
    inverse: (frame) => frame,
  };
}

function shiftedAndScaled({ values, width }: Frame, center: Float64Array, scale: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += width) {
    for (let column = 0; column < width; column++) {
      const value = (values[start + column] as number) - (center[column] as number);
      result[start + column] = value / (scale[column] as number);
    }
  }
  return result;
}

function eachColumn(frame: Frame, change: (value: number, column: number) => number): Frame {
  return numericFrame(
    frame.rows,
    frame.width,
    frame.values.map((value, at) => change(value, at % frame.width)),
  );
}

function minMax(attributes: Attributes): Built {
  const who = attributes.className;
  const scale = attributes.numbers('scale_').values;
  const shift = attributes.vector('min_', scale.length);
  const range = attributes.flag('clip', false)
    ? attributes.numbersIn(attributes.get('feature_range'))
    : undefined;
  const low = range?.values[0] ?? -Infinity;
  const high = range?.values[1] ?? Infinity;
  return {
    kind: 'transformer',
    featureCount: scale.length,
    outputWidth: scale.length,
    transform(frame, refusals) {
      const values = checkNumbers(frame, refusals, { who, missing: true });
      const result = new Float64Array(values.length);
      for (let at = 0; at < values.length; at++) {
        const column = at % frame.width;
        const value = (values[at] as number) * (scale[column] as number) + (shift[column] as number);
        result[at] = Math.min(high, Math.max(low, value));
      }
      return numericFrame(frame.rows, frame.width, result);
    },
    inverse: (frame) =>
      eachColumn(frame, (value, at) => (value - (shift[at] as number)) / (scale[at] as number)),
  };
}

function normalizer(attributes: Attributes): Built {
  const who = attributes.className;
  const norm = attributes.text('norm', 'l2');
  const isSigned = attributes.version() < 0.23;
  if (norm !== 'l1' && norm !== 'l2' && norm !== 'max') throw attributes.odd('norm', 'l1, l2 or max');
  const measure = (row: Float64Array): number => {
    if (norm === 'l1') return row.reduce((sum, value) => sum + Math.abs(value), 0);
    if (norm === 'l2') return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return row.reduce((largest, value) => Math.max(largest, isSigned ? value : Math.abs(value)), -Infinity);
  };
  return {
    kind: 'transformer',
    outputWidth: undefined,
    keepsWidth: true,
    transform(frame, refusals) {
      const result = checkNumbers(frame, refusals, { who }).slice();
      for (let row = 0; row < frame.rows; row++) {
        const part = result.subarray(row * frame.width, (row + 1) * frame.width);
        const length = measure(part);
        if (length !== 0) for (let at = 0; at < part.length; at++) part[at] = (part[at] as number) / length;
      }
      return numericFrame(frame.rows, frame.width, result);
    },
  };
}

function binarizer(attributes: Attributes): Built {
  const who = attributes.className;
  const threshold = attributes.number('threshold', 0);
  return {
    kind: 'transformer',
    outputWidth: undefined,
    keepsWidth: true,
    transform(frame, refusals) {
      const values = checkNumbers(frame, refusals, { who });
      return numericFrame(
        frame.rows,
        frame.width,
        values.map((value) => (value > threshold ? 1 : 0)),
      );
    },
  };
}
