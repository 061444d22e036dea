import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { decodeFeatures, encodeFeatures } from '../../src/wire/features.ts';
import { idKey, idText } from '../../src/wire/id.ts';
import { Payload } from '../../src/wire/payload.ts';
import { encodePredictions } from '../../src/wire/predictions.ts';
import { decodeTruth } from '../../src/wire/truth.ts';
import { pythonWithPika } from '../setup/python.ts';

const NOW = { nowMs: Date.UTC(2026, 2, 1) };

/** What Python's json module makes of these, a line each; the golden text stands beside it. */
const WRITTEN = [
  [
    '{"id": 1700000000.0, "body": [0.038, -0.0, 5e-324]}',
    '{"id": 1700000000.0, "body": [0.038, -0.0, 5e-324]}',
  ],
  ['{"id": 1e-05, "body": 1e+22}', '{"id": 1e-05, "body": 1e22}'],
  ['{"id": 12345678901234567890, "body": true}', '{"id": 12345678901234567890, "body": True}'],
  ['{"id": "caf\\u00e9 \\ud83d\\ude00", "body": NaN}', '{"id": "café 😀", "body": float("nan")}'],
  ['{"id": "a\\"b\\\\c\\n\\u007f", "body": null}', '{"id": "a\\"b\\\\c\\n\\x7f", "body": None}'],
  [
    '[{"id": 1, "body": Infinity}, {"id": 2, "body": -Infinity}]',
    '[{"id": 1, "body": float("inf")}, {"id": 2, "body": -float("inf")}]',
  ],
] as const;

let python = '';

before(async () => {
  python = await pythonWithPika();
});

test('the golden texts are what the json module of Python writes', () => {
  const program = `import json\nfor value in [${WRITTEN.map(([, source]) => source).join(', ')}]:\n    print(json.dumps(value))`;
  assert.deepEqual(
    run(program).trimEnd().split('\n'),
    WRITTEN.map(([text]) => text),
  );
});

test('what Python writes is read with its id tokens as they stood', () => {
  const ids = WRITTEN.slice(0, 3).flatMap(([text]) => decodeAny(text).map(({ id }) => id));
  assert.deepEqual(ids, ['1700000000.0', '1e-05', '12345678901234567890']);
  const [accent] = decodeFeatures(bytes('{"id": "caf\\u00e9 \\ud83d\\ude00", "body": [NaN]}'), NOW).records;
  assert.deepEqual([accent?.id, accent?.body], ['"caf\\u00e9 \\ud83d\\ude00"', [null]]);
  assert.equal(idText(accent?.id ?? ''), 'café 😀');
  assert.equal(idKey(accent?.id ?? ''), idKey('"café 😀"'));
  assert.deepEqual(
    WRITTEN.slice(3).map(([text]) => decodeTruth(bytes(text), NOW).refused.map(({ code }) => code)),
    [['not-finite'], ['bad-body'], ['not-finite', 'not-finite']],
  );
});

test('Python reads what the classic dialect writes, and writes the same id token again', () => {
  const carried = { timeMs: undefined, tags: undefined, weight: undefined };
  const tokens = ['1700000000.0', '1e-05', '12345678901234567890', '"caf\\u00e9"', '"a\\"b"'];
  const payloads = encodeFeatures(
    tokens.map((id) => ({ id, ...carried, body: [1.5, null, 'ü', true] })),
    'classic',
  );
  const lines = payloads.map((payload) => Buffer.from(payload.bytes()).toString());
  const program = 'import json, sys\nfor line in sys.stdin.buffer:\n    print(json.dumps(json.loads(line)))';
  const expected = tokens.map((id) => `{"id": ${id}, "body": [1.5, null, "\\u00fc", true]}`);
  assert.deepEqual(run(program, lines.join('\n')).trimEnd().split('\n'), expected);
});

test('Python reads an array of predictions to the same doubles', () => {
  const values = [0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 123456789.125, -3];
  const prediction = {
    timeMs: undefined,
    tags: undefined,
    weight: undefined,
    outputs: undefined,
    model: 'm',
    version: undefined,
    role: 'challenger',
    proba: { é: 0.5 },
    interval: [0, 1],
  } as const;
  const [payload] = encodePredictions(
    values.map((value, n) => ({ ...prediction, id: String(n), value })),
    'native',
  );
  const program =
    'import json, sys\nprint([float(r["body"]).hex() for r in json.loads(sys.stdin.buffer.read())])';
  const expected = run(`print([float(x).hex() for x in [${values.join(', ')}]])`);
  assert.equal(run(program, Buffer.from(payload?.bytes() ?? '').toString()), expected);
});

function decodeAny(text: string): readonly { readonly id: string }[] {
  const payload = bytes(text);
  return text.includes('"body": [')
    ? decodeFeatures(payload, NOW).records
    : decodeTruth(payload, NOW).records;
}

function bytes(text: string): Payload {
  return Payload.ofBytes(Buffer.from(text));
}

function run(program: string, input = ''): string {
  return execFileSync(python, ['-c', program], {
    input,
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
  });
}
