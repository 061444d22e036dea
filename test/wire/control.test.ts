import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Control, decodeControl, encodeControl } from '../../src/wire/control.ts';
import { Payload } from '../../src/wire/payload.ts';

test('an order arrives as it was sent', () => {
  const orders: readonly Control[] = [{ reload: 'forest' }, { reload: null }, { snapshot: true }];
  for (const order of orders) assert.deepEqual(decodeControl(encodeControl(order)), order);
  assert.deepEqual(decodeControl(Payload.ofJson({ reload: true })), { reload: null });
});

test('what is no order is refused with what was expected', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{}, 'found nothing, expected one of "reload" and "snapshot"'],
    [{ stop: true }, 'found "stop", expected one of "reload" and "snapshot"'],
    [{ reload: 'a', snapshot: true }, 'found "reload","snapshot", expected one of "reload" and "snapshot"'],
    [{ reload: '' }, 'reload is the text "", expected the name of a model, or null for every one'],
    [{ reload: 3 }, 'reload is the number 3, expected the name of a model, or null for every one'],
    [{ snapshot: false }, 'snapshot is the boolean false, expected true'],
    ['reload', 'found the text "reload", expected an object'],
  ];
  for (const [value, found] of cases) {
    assert.throws(() => decodeControl(Payload.ofJson(value)), {
      consequence: 'refused',
      message: `Cannot read the order: ${found}.`,
    });
  }
});
