import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeptNames } from '../../src/metric/ledger/kept-names.ts';

test('which names are kept depends on the names, not on their order, and one that is kept in the end always was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 3 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (names, max) => {
        const [kept, backwards] = [new KeptNames(max), new KeptNames(max)];
        const refused = new Set<string>();
        for (const name of names) {
          const gone = kept.take(name);
          if (gone !== undefined) refused.add(gone);
          assert.equal(kept.has(name), gone !== name);
          assert.ok(kept.size <= max);
        }
        for (const name of names.toReversed()) backwards.take(name);
        assert.deepEqual([...kept], [...backwards]);
        assert.equal(kept.size, Math.min(max, new Set(names).size));
        for (const name of kept) assert.ok(!refused.has(name));
      },
    ),
    { seed: 6 },
  );
});
