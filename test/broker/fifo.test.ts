import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fifo } from '../../src/broker/fifo.ts';

test('a fifo is an array that is pushed, shifted and unshifted', () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer() }),
    fc.constant({ shift: true }),
    fc.record({ unshift: fc.array(fc.integer(), { maxLength: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const fifo = new Fifo<number>();
      let model: number[] = [];
      for (const one of steps) {
        if ('push' in one) {
          fifo.push(one.push);
          model.push(one.push);
        } else if ('unshift' in one) {
          fifo.unshiftAll(one.unshift);
          model = [...one.unshift, ...model];
        } else {
          assert.equal(fifo.shift(), model.shift());
        }
        assert.equal(fifo.length, model.length);
        assert.equal(fifo.at(0), model[0]);
        assert.equal(fifo.at(model.length - 1), model.at(-1));
        assert.equal(fifo.at(model.length), undefined);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});
