import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Balance } from '../../src/metric/balance.ts';

const BOUNDS = { leadMax: 100, idleMs: 5, busyMs: 60_000, latelyMs: 60_000, streamMin: 10 };

/** Whether a promise is fulfilled once everything that can go on has gone on. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return settled;
}

test('the side that is ahead waits until the other has come up, and no longer', async () => {
  const balance = new Balance(BOUNDS);
  await balance.admit('truths', 1);
  await balance.admit('predictions', 120);
  const next = balance.admit('predictions', 1);
  assert.equal(await isSettled(next), false);
  await balance.admit('truths', 19);
  await next;
});

test('truths that run ahead of predictions wait as well', async () => {
  const balance = new Balance(BOUNDS);
  await balance.admit('predictions', 1);
  await balance.admit('truths', 120);
  const next = balance.admit('truths', 1);
  assert.equal(await isSettled(next), false);
  await balance.admit('predictions', 50);
  await next;
});

test('a side that brings nothing holds nobody up for long', async () => {
  const balance = new Balance(BOUNDS);
  for (let i = 0; i < 20; i++) await balance.admit('predictions', 120);
});

test('a side that brings too little to be a stream is not waited for again and again', async () => {
  const balance = new Balance({ ...BOUNDS, busyMs: 5 });
  await balance.admit('truths', 1);
  for (let i = 0; i < 20; i++) {
    await balance.admit('predictions', 120);
    await balance.admit('truths', 1);
  }
});
