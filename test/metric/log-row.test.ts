import assert from 'node:assert/strict';
import { test } from 'node:test';
import Papa from 'papaparse';
import fc from 'fast-check';
import type { Outcome } from '../../src/metric/ledger/ledger.ts';
import { headerLine, rowLine } from '../../src/metric/log/log-row.ts';
import { LOG_COLUMNS } from '../../src/wire/log-columns.ts';
import type { Value } from '../../src/wire/records.ts';

function outcome(id: string, [truth, prediction]: readonly [Value, Value], more: object = {}): Outcome {
  return {
    number: 1,
    entry: { key: id, token: id, truth: undefined, predictions: [], forgetMs: 0 },
    prediction: {
      model: 'line',
      version: undefined,
      challenger: false,
      value: prediction,
      atMs: 0,
      timed: true,
      deadlineMs: 0,
      weight: undefined,
      tags: undefined,
      proba: undefined,
      interval: undefined,
      baseline: undefined,
      state: 'scored',
      outcomes: [],
      ...more,
    },
    truth: { value: truth, atMs: 0, timed: true, weight: undefined, tags: undefined },
    previous: undefined,
    revision: 0,
  };
}

test('a number in the log reads back to the same double, and the error is theirs', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e100, max: 1e100 }),
      fc.double({ noNaN: true, min: -1e100, max: 1e100 }),
      (y, p) => {
        const [, truth, prediction, error] = rowLine(outcome('1.0', [y, p]), 'regression', [])
          .trimEnd()
          .split(',');
        assert.ok(Number(truth) === y && Number(prediction) === p && Number(error) === Math.abs(y - p));
      },
    ),
    { seed: 1, numRuns: 2000 },
  );
});

test('any id, label, tag and model comes back from any CSV reader as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (id, label, model) => {
      const tags = { [label]: id };
      const row = rowLine(outcome(JSON.stringify(id), [label, id], { model, tags }), 'classification', [
        'model',
        'tags',
      ]);
      const [read] = Papa.parse<string[]>(row, { delimiter: ',', newline: '\n' }).data;
      assert.deepEqual(read, [id, label, id, label === id ? '0' : '1', model, JSON.stringify(tags)]);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('every further column has its place in header and row', () => {
  const more = {
    version: '0123456789ab',
    tags: { origin: 'LAS' },
    proba: { yes: 0.75, no: 0.25 },
    atMs: 1_000_000_000_000,
  };
  assert.equal(
    headerLine(LOG_COLUMNS),
    'id,y_true,y_pred,absolute_error,model,version,time,tags,revision,proba\n',
  );
  assert.equal(
    rowLine(outcome('1e-05', ['no', 'yes'], more), 'classification', LOG_COLUMNS),
    '1e-05,no,yes,0.75,line,0123456789ab,2001-09-09T01:46:40.000Z,"{""origin"":""LAS""}",0,"{""yes"":0.75,""no"":0.25}"\n',
  );
  assert.equal(rowLine(outcome('1', [true, false]), 'classification', []), '1,true,false,1\n');
});
