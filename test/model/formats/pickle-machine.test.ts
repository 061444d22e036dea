import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Budget } from '../../../src/model/formats/budget.ts';
import { Cursor } from '../../../src/model/formats/pickle/cursor.ts';
import { readPickle } from '../../../src/model/formats/pickle/machine.ts';
import type { PickleValue } from '../../../src/model/formats/pickle/values.ts';
import { checkGlobal } from '../../../src/model/formats/sklearn/registry.ts';
import { ModelLoadError } from '../../../src/model/load-error.ts';

function read(bytes: string | Uint8Array): PickleValue {
  const content = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return readPickle(new Cursor(content), {
    checkGlobal,
    budget: new Budget(content.length),
    opcodesLeft: 10_000,
  });
}

// What Python's pickle.dumps wrote for each value, as latin-1 text.
const WRITTEN: readonly [string, string, PickleValue][] = [
  ['protocol 0 list', '(lp0\nI1\naF2.5\naVz\\u0141\np1\naNaI01\na.', [1, 2.5, 'zŁ', null, true]],
  ['protocol 0 long', 'L12345678901234567890L\n.', 12_345_678_901_234_567_890n],
  [
    'protocol 1 dict',
    '}q\0(X\x01\0\0\0aq\x01K\x01X\x01\0\0\0bq\x02K\x02u.',
    new Map<PickleValue, PickleValue>([
      ['a', 1],
      ['b', 2],
    ]),
  ],
  ['protocol 2 tuple', '\x80\x02K\x01K\x02\x86q\0.', [1, 2]],
  ['protocol 2 negative long', '\x80\x02\x8a\x01\xff.', -1],
  ['protocol 4 set', '\x80\x04\x95\x09\0\0\0\0\0\0\0\x8f\x94(K\x01K\x02\x90.', new Set([1, 2])],
  ['protocol 4 shared', '\x80\x04]\x94(]\x94K\x01ah\x01e.', [[1], [1]]],
];

for (const [name, bytes, expected] of WRITTEN) {
  void it(`readPickle() reads ${name} as Python wrote it`, () => {
    assert.deepEqual(read(bytes), expected);
  });
}

void it('readPickle() keeps a key named __proto__ as a key and touches no prototype', () => {
  const value = read('\x80\x04}\x8c\x09__proto__}\x8c\x08polluted\x88ss.');
  assert.ok(value instanceof Map);
  assert.equal(value.size, 1);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

for (const [module, name] of [
  ['builtins', 'eval'],
  ['builtins', 'getattr'],
  ['os', 'system'],
  ['posix', 'system'],
  ['subprocess', 'Popen'],
  ['numpy', 'load'],
  ['sklearn.linear_model._base', 'LinearRegression.fit'],
] as const) {
  void it(`readPickle() refuses the global ${module}.${name} however it is named`, () => {
    const short = (text: string): string => `\x8c${String.fromCharCode(text.length)}${text}`;
    const ways = [
      `c${module}\n${name}\n.`,
      `\x80\x04${short(module)}${short(name)}\x93.`,
      `(i${module}\n${name}\n.`,
    ];
    for (const bytes of ways) {
      assert.throws(
        () => read(bytes),
        (error: unknown) => {
          assert.ok(error instanceof ModelLoadError);
          assert.match(error.message, new RegExp(name.split('.')[0] as string));
          assert.match(error.message, /ONNX/);
          return true;
        },
      );
    }
  });
}

for (const [what, bytes] of [
  ['a persistent id', 'P1\n.'],
  ['an extension registry code', '\x80\x02\x82\x01.'],
  ['an out-of-band buffer', '\x80\x05\x97.'],
  ['a call of an instance', 'K\x01)R.'],
  ['bytes longer than the file', '\x80\x04\x8e\0\0\0\0\0\x01\0\0x.'],
  ['a memo slot that was never filled', 'h\x07.'],
  ['an unfinished list', '(K\x01.'],
  ['nothing', ''],
] as const) {
  void it(`readPickle() refuses ${what}`, () => {
    assert.throws(() => read(bytes), ModelLoadError);
  });
}

void it('readPickle() stops at the opcode limit', () => {
  assert.throws(() => read('N0'.repeat(10_000) + 'N.'), /opcodes/);
});

void it('readPickle() stops before a file makes it hold far more than its size', () => {
  const maps = Buffer.alloc(2_000_000, '}');
  const rules = { checkGlobal, budget: new Budget(maps.length), opcodesLeft: 1e9 };
  assert.throws(() => readPickle(new Cursor(maps), rules), /memory/);
});
