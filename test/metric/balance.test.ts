import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Balance, type BalanceBounds } from '../../src/metric/balance.ts';

const BOUNDS = {
  leadMax: 100,
  aloneMax: 50,
  openMax: 10,
  idleMs: 5,
  busyMs: 60_000,
  latelyMs: 60_000,
  streamMin: 10,
};

/** @param truthsWaiting truths in the ledger without a prediction */
function balanceOf(more: Partial<BalanceBounds> = {}, truthsWaiting = () => 0): Balance {
  return new Balance({ ...BOUNDS, ...more }, truthsWaiting);
}

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
  const balance = balanceOf();
  await balance.admit('truths', 1);
  await balance.admit('predictions', 120);
  const next = balance.admit('predictions', 1);
  assert.equal(await isSettled(next), false);
  await balance.admit('truths', 19);
  await next;
});

test('truths wait until as many predictions have gone before them', async () => {
  const balance = balanceOf();
  await balance.admit('predictions', 1);
  const next = balance.admit('truths', 30);
  assert.equal(await isSettled(next), false);
  await balance.admit('predictions', 29);
  await next;
});

test('where predictions wait for truths no truths wait, however many come at once', async () => {
  const balance = balanceOf();
  await balance.admit('predictions', 120);
  const held = balance.admit('predictions', 1);
  await balance.admit('truths', 10_000);
  await held;
});

test('truths that came before anything was predicted wait until the predictions have come up', async () => {
  const balance = balanceOf({ aloneMax: 500 }, () => 500);
  for (let i = 0; i < 5; i++) await balance.admit('truths', 100);
  await balance.admit('predictions', 100);
  const next = balance.admit('truths', 100);
  for (let i = 0; i < 4; i++) {
    assert.equal(await isSettled(next), false);
    await balance.admit('predictions', 100);
  }
  await balance.admit('predictions', 100);
  await next;
});

test('truths that have found their predictions are not ahead, however many came alone', async () => {
  const balance = balanceOf();
  for (let i = 0; i < 50; i++) await balance.admit('truths', 100);
  const next = balance.admit('truths', 1);
  await balance.admit('predictions', 11);
  await next;
});

test('truths that no prediction will ever come for hold the others up once, not again and again', async () => {
  const balance = balanceOf({ busyMs: 5 }, () => 500);
  for (let i = 0; i < 5; i++) await balance.admit('truths', 100);
  for (let i = 0; i < 60; i++) {
    const next = balance.admit('truths', 1);
    await balance.admit('predictions', 20);
    if (i > 50) assert.ok(await isSettled(next));
    await next;
  }
});

test('a side that brings nothing holds nobody up for long', async () => {
  const balance = balanceOf();
  for (let i = 0; i < 20; i++) await balance.admit('predictions', 120);
});

test('a side that has waited for nothing goes on for a while before it looks again, and then is as near as before', async () => {
  const balance = balanceOf({ aloneMax: 1_000 });
  await balance.admit('predictions', 120);
  await balance.admit('predictions', 1);
  for (let i = 0; i < 9; i++) assert.ok(await isSettled(balance.admit('predictions', 110)));
  await balance.admit('truths', 1);
  const next = balance.admit('predictions', 110);
  await balance.admit('truths', 990);
  await next;
});

test('a side that brings too little to be a stream is not waited for again and again', async () => {
  const balance = balanceOf({ busyMs: 5 });
  await balance.admit('truths', 1);
  for (let i = 0; i < 20; i++) {
    await balance.admit('predictions', 120);
    await balance.admit('truths', 1);
  }
});

test('predictions that ran ahead come back into step with truths that come as soon as they are let', async () => {
  const balance = balanceOf();
  await balance.admit('predictions', 120);
  await balance.admit('predictions', 1);
  await balance.admit('truths', 121);
  await balance.admit('predictions', 120);
  const next = balance.admit('predictions', 1);
  assert.equal(await isSettled(next), false);
  await balance.admit('truths', 120);
  await next;
});

test('a side that goes on alone waits again once the other has become a stream', async () => {
  const balance = balanceOf();
  await balance.admit('truths', 30);
  await balance.admit('predictions', 40);
  const next = balance.admit('truths', 15);
  assert.equal(await isSettled(next), false);
  await balance.admit('predictions', 5);
  await next;
});

test('truths wait for predictions of their own where those that are ahead wait for others', async () => {
  let waiting = 0;
  const balance = balanceOf({}, () => waiting);
  await balance.admit('predictions', 120);
  await balance.admit('predictions', 1);
  await balance.admit('truths', 20);
  waiting = 20;
  const next = balance.admit('truths', 30);
  await balance.admit('predictions', 30);
  assert.equal(await isSettled(next), false);
  await balance.admit('predictions', 20);
  await next;
});
