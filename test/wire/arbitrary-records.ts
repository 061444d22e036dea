import fc from 'fast-check';
import { idToken } from '../../src/wire/id.ts';
import type { FeatureRecord, PredictionRecord, TruthRecord } from '../../src/wire/records.ts';

/** Any text, also with quotes, escapes, other scripts and lone surrogates. */
const text = fc.string({ unit: 'binary', maxLength: 20 });
/** JSON has no negative zero that survives it. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const value = fc.oneof(number, fc.integer(), text, fc.boolean());
const id = fc.oneof(
  text.map(idToken),
  fc.integer().map(String),
  fc.constantFrom(
    '1700000000.0',
    '1e-05',
    '12345678901234567890',
    '-0.0',
    '1E+400',
    '"caf\\u00e9"',
    '"\\/id\\"id"',
    '"id"',
  ),
);

const carried = {
  id,
  timeMs: fc.option(fc.integer({ min: -1e12, max: 1.7e12 }), { nil: undefined }),
  tags: fc.option(fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }), { nil: undefined }),
  weight: fc.option(
    fc.double({ min: 0, max: 1e9, noNaN: true }).map((weight) => weight + 0),
    { nil: undefined },
  ),
};

const cell = fc.oneof(number, fc.integer(), text, fc.boolean(), fc.constant(null));

/** Any record of `features` that can be sent. */
export const featureRecord: fc.Arbitrary<FeatureRecord> = fc.record(
  {
    ...carried,
    body: fc.oneof(fc.array(cell), fc.dictionary(text, cell, { noNullPrototype: true })),
  },
  { noNullPrototype: true },
);

/** Any record of `y_true` that can be sent. */
export const truthRecord: fc.Arbitrary<TruthRecord> = fc.record(
  { ...carried, value },
  { noNullPrototype: true },
);

const interval = fc.tuple(number, number).map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));
const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });

/** Any record of `y_pred` that can be sent: several outputs are at least two. */
export const predictionRecord: fc.Arbitrary<PredictionRecord> = fc
  .record(
    {
      ...carried,
      value: fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 4 })),
      outputs: fc.option(fc.array(text, { minLength: 4, maxLength: 4 }), { nil: undefined }),
      model: fc.oneof(fc.constant('default'), name),
      version: fc.option(name, { nil: undefined }),
      role: fc.constantFrom('champion', 'challenger'),
      proba: fc.option(
        fc.dictionary(
          text,
          fc.double({ min: 0, max: 1, noNaN: true }).map((p) => p + 0),
          { noNullPrototype: true },
        ),
        { nil: undefined },
      ),
      interval: fc.option(interval, { nil: undefined }),
    },
    { noNullPrototype: true },
  )
  .map((record) => {
    const several = Array.isArray(record.value) ? record.value.length : 0;
    return { ...record, outputs: several === 0 ? undefined : record.outputs?.slice(0, several) };
  });
