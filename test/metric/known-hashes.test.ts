import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyHash } from '../../src/metric/ledger/key-hash.ts';
import { KnownHashes } from '../../src/metric/ledger/known-hashes.ts';

const COUNT = 600_000;

test('what was added is known, through every filter that it has grown by, and little else is', () => {
  const known = new KnownHashes();
  for (let i = 0; i < COUNT; i++) known.add(keyHash(`"${i}"`, 7));
  for (let i = 0; i < COUNT; i++) assert.ok(known.mayHave(keyHash(`"${i}"`, 7)));
  assert.ok(known.count > 0.97 * COUNT && known.count <= COUNT);
  let mistaken = 0;
  for (let i = COUNT; i < 2 * COUNT; i++) if (known.mayHave(keyHash(`"${i}"`, 7))) mistaken++;
  assert.ok(mistaken < 0.04 * COUNT, `${mistaken} of ${COUNT} new ones seem to be known`);
});

test('what is known already takes no room', () => {
  const known = new KnownHashes();
  for (let pass = 0; pass < 3; pass++) for (let i = 0; i < 1000; i++) known.add(keyHash(String(i), 1));
  assert.ok(known.count <= 1000);
});

test('all forgotten, nothing is known, and it is another generation', () => {
  const known = new KnownHashes();
  known.add(5);
  const { generation } = known;
  known.clear();
  assert.equal(known.mayHave(5), false);
  assert.equal(known.count, 0);
  assert.notEqual(known.generation, generation);
});
