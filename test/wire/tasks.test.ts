import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Payload } from '../../src/wire/payload.ts';
import { decodeTask, decodeTaskReply, encodeTask, encodeTaskReply } from '../../src/wire/tasks.ts';

const ABSENT = {
  target: undefined,
  id: undefined,
  time: undefined,
  truthTime: undefined,
  features: undefined,
  tags: undefined,
  rows: undefined,
  rate: undefined,
  order: undefined,
  seed: undefined,
  labelDelay: undefined,
  speed: undefined,
};

const task = (value: unknown) => decodeTask(Payload.ofJson(value));

test('a task has the flags of a run, undefined where they are absent or null', () => {
  assert.deepEqual(task({ data: 'a.csv' }), { data: 'a.csv', ...ABSENT });
  assert.deepEqual(task({ data: 'a.csv', rows: null, tags: null }), { data: 'a.csv', ...ABSENT });
  assert.deepEqual(
    task({
      data: 'a.csv',
      target: 'y',
      id: 'n',
      time: 't',
      truth_time: 'u',
      features: ['a', 'b, c'],
      tags: 'd, e',
      rows: 442,
      rate: 0,
      order: 'random',
      seed: 7,
      label_delay: '1s..10s',
      speed: 60,
    }),
    {
      data: 'a.csv',
      target: 'y',
      id: 'n',
      time: 't',
      truthTime: 'u',
      features: ['a', 'b, c'],
      tags: ['d', 'e'],
      rows: 442,
      rate: 0,
      order: 'random',
      seed: 7,
      labelDelay: { minMs: 1_000, maxMs: 10_000 },
      speed: 60,
    },
  );
});

test('a label delay is a duration, a range, or seconds', () => {
  const delay = (given: unknown) => task({ data: 'a', label_delay: given }).labelDelay;
  assert.deepEqual(delay('5s'), { minMs: 5_000, maxMs: 5_000 });
  assert.deepEqual(delay(2.5), { minMs: 2_500, maxMs: 2_500 });
  assert.deepEqual(delay(0), { minMs: 0, maxMs: 0 });
  for (const wrong of ['5', '-5s', 'soon', '10s..1s', '1s..2s..3s', -1, [1], true]) {
    assert.throws(() => delay(wrong), {
      message: /^Cannot read the task: label_delay is .*, expected a duration such as/,
    });
  }
});

test('a task that cannot be used is refused by field, with what was expected', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ rows: 1 }, 'data is nothing, expected the path of a file'],
    [{ data: '' }, 'data is the text "", expected the path of a file'],
    [{ data: 'a', rows: 0 }, 'rows is the number 0, expected a whole number of at least 1'],
    [{ data: 'a', rows: '5' }, 'rows is the text "5", expected a whole number of at least 1'],
    [{ data: 'a', rows: 1.5 }, 'rows is the number 1.5, expected a whole number of at least 1'],
    [{ data: 'a', rate: -1 }, 'rate is the number -1, expected a number of at least 0'],
    [{ data: 'a', order: 'sorted' }, 'order is the text "sorted", expected "file" or "random"'],
    [{ data: 'a', seed: -1 }, 'seed is the number -1, expected a whole number from 0 to 4294967295'],
    [{ data: 'a', speed: 0 }, 'speed is the number 0, expected a number above 0'],
    [{ data: 'a', features: [1] }, 'features is an array, expected an array of names of columns'],
    [{ data: 'a', target: 3 }, 'target is the number 3, expected the name of a column'],
    [['a'], 'found an array, expected an object'],
    [null, 'found null, expected an object'],
  ];
  for (const [value, found] of cases) {
    assert.throws(() => task(value), { consequence: 'refused', message: `Cannot read the task: ${found}.` });
  }
  assert.throws(() => task({ data: 'a', rowz: 1 }), {
    message:
      'Cannot read the task: found an unknown field "rowz", expected data, target, id, time, truth_time, features, tags, rows, rate, order, seed, label_delay, speed.',
  });
  assert.throws(() => decodeTask(Payload.ofBytes(Buffer.from('{"data":"a","rate":NaN}'))), {
    message: 'Cannot read the task: not JSON: found NaN or Infinity, expected finite numbers.',
  });
  assert.throws(
    () => decodeTask(Payload.ofBytes(Buffer.from('{"data":"a","__proto__":{}}'))),
    /unknown field "__proto__"/,
  );
});

test('tasks and replies arrive as they were sent', () => {
  const name = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.toWellFormed());
  const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
  const range = fc
    .tuple(fc.nat(1e9), fc.nat(1e9))
    .map(([a, b]) => ({ minMs: Math.min(a, b), maxMs: Math.max(a, b) }));
  const any = fc.record(
    {
      data: name,
      target: option(name),
      id: option(name),
      time: option(name),
      truthTime: option(name),
      features: option(fc.array(name)),
      tags: option(fc.array(name)),
      rows: option(fc.integer({ min: 1 })),
      rate: option(fc.nat()),
      order: option(fc.constantFrom('file', 'random')),
      seed: option(fc.nat()),
      labelDelay: option(range),
      speed: option(fc.integer({ min: 1 })),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(any, (sent) => assert.deepEqual(decodeTask(encodeTask(sent)), sent)),
    { seed: 1 },
  );
  for (const error of [undefined, 'Cannot read a.csv: it is empty.']) {
    const reply = { task: 't1', state: 'failed', rows: 3, error } as const;
    assert.deepEqual(decodeTaskReply(encodeTaskReply(reply)), reply);
  }
});

test('a reply that is none is refused by field', () => {
  const reply = (value: unknown) => () => decodeTaskReply(Payload.ofJson(value));
  assert.throws(reply({ task: 't', state: 'over', rows: 1 }), {
    message: /state is the text "over", expected one of accepted, progress, done, failed/,
  });
  assert.throws(reply({ task: 't', state: 'done', rows: -1 }), { message: /rows is the number -1/ });
});
