import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { AlarmNotices, type AlarmOutlet, type NoticeOptions } from '../../src/metric/alarms/alarm-notices.ts';
import { webhookOutlet } from '../../src/metric/alarms/alarm-outlets.ts';
import type { AlarmChange } from '../../src/metric/alarms/alarms.ts';
import { decodeAlarm } from '../../src/wire/alarm-reader.ts';
import { type AlarmMessage, alarmMessage, encodeAlarm } from '../../src/wire/alarm.ts';
import { Payload } from '../../src/wire/payload.ts';
import type { AlarmSnapshot } from '../../src/wire/snapshot.ts';
import { eventually } from '../setup/eventually.ts';
import { Scratch } from './ledger-fixture.ts';

function alarm(id: string, state: AlarmSnapshot['state'] = 'raised'): AlarmSnapshot {
  return {
    id,
    state,
    model: 'm',
    figure: 'mae',
    reference: 20,
    promise: 'run-length',
    alpha: 5e-7,
    evidence: 3e6,
    threshold: 2e6,
    sinceMs: 1,
    raisedAtMs: 2,
    changedAtMs: 3,
    text: `m: mae is above 20 (${id}).`,
  };
}

/** Notices over changes that a test adds to, with one outlet that takes everything. */
function noticesIn(dir: string, changes: readonly AlarmChange[], more: Partial<NoticeOptions> = {}) {
  const told: string[] = [];
  const outlet: AlarmOutlet = { name: 'outlet', send: async ({ change }) => void told.push(change) };
  const notices = new AlarmNotices({
    leads: true,
    outlets: [outlet],
    changesAfter: (number) => changes.filter((change) => change.number > number),
    coverageOf: () => 1,
    coverageMin: 0,
    sinceMs: () => 7,
    path: join(dir, 'alarms.json'),
    log: pino({ level: 'silent' }),
    tried: () => undefined,
    ...more,
  });
  return { notices, told };
}

const soon = (check: () => void): Promise<void> => eventually(async () => check(), 5_000, 5);

test('each change is told once and in order, over restarts too', async () => {
  using scratch = new Scratch();
  const changes: AlarmChange[] = [];
  const first = noticesIn(scratch.dir, changes);
  changes.push(
    { number: 5, alarm: alarm('a') },
    { number: 5, alarm: alarm('b') },
    { number: 9, alarm: alarm('a', 'confirmed') },
  );
  first.notices.look(true);
  first.notices.look(true);
  await soon(() => assert.deepEqual(first.told, ['a:raised', 'b:raised', 'a:confirmed']));
  await first.notices.stop();
  const second = noticesIn(scratch.dir, changes);
  second.notices.look(true);
  changes.push({ number: 12, alarm: alarm('a', 'resolved') });
  second.notices.look(true);
  await soon(() => assert.deepEqual(second.told, ['a:resolved']));
  await second.notices.stop();
});

test('what could not be told before the end is told after the next start', async () => {
  using scratch = new Scratch();
  const changes: AlarmChange[] = [];
  const away: AlarmOutlet = { name: 'outlet', send: () => Promise.reject(new Error('away')) };
  let failed = 0;
  const first = noticesIn(scratch.dir, changes, {
    outlets: [away],
    tried: (_, result) => void (failed += Number(result === 'failed')),
  });
  changes.push({ number: 5, alarm: alarm('a') });
  first.notices.look(true);
  await soon(() => assert.equal(failed, 1));
  await first.notices.stop();
  const second = noticesIn(scratch.dir, changes);
  second.notices.look(true);
  await soon(() => assert.deepEqual(second.told, ['a:raised']));
  await second.notices.stop();
});

test('where the file is lost, or is that of another ledger, alarms that stand are told as they stand', async () => {
  using scratch = new Scratch();
  const changes: AlarmChange[] = [
    { number: 1, alarm: alarm('old') },
    { number: 2, alarm: alarm('old', 'resolved') },
    { number: 3, alarm: alarm('a') },
    { number: 4, alarm: alarm('a', 'confirmed') },
  ];
  for (const file of [undefined, '{"sinceMs":8,"told":{"outlet":99}}', 'torn']) {
    const path = join(scratch.dir, 'alarms.json');
    rmSync(path, { force: true });
    if (file !== undefined) writeFileSync(path, file);
    const { notices, told } = noticesIn(scratch.dir, changes);
    notices.look(true);
    await soon(() => assert.deepEqual(told, ['a:confirmed']));
    await notices.stop();
    assert.ok(existsSync(path));
  }
});

test('below the least coverage nothing is told until there are truths enough, and never what is over by then', async () => {
  using scratch = new Scratch();
  const changes: AlarmChange[] = [];
  let coverage = 0.2;
  const { notices, told } = noticesIn(scratch.dir, changes, { coverageOf: () => coverage, coverageMin: 0.5 });
  changes.push(
    { number: 1, alarm: alarm('a') },
    { number: 2, alarm: alarm('b') },
    { number: 3, alarm: alarm('a', 'resolved') },
  );
  notices.look(true);
  // Whatever it would tell, it has begun to by now: an outlet is asked at once
  assert.equal(told.length, 0);
  coverage = 0.6;
  changes.push({ number: 4, alarm: alarm('b', 'confirmed') });
  notices.look(true);
  await soon(() => assert.deepEqual(told.slice(-2), ['b:raised', 'b:confirmed']));
  await notices.stop();
});

test('an alarm that is over before there are truths enough is told to nobody', async () => {
  using scratch = new Scratch();
  const changes: AlarmChange[] = [];
  const { notices, told } = noticesIn(scratch.dir, changes, {
    coverageOf: (model) => (model === 'thin' ? 0.2 : 0.9),
    coverageMin: 0.5,
  });
  const thin = { ...alarm('a'), model: 'thin' };
  changes.push({ number: 1, alarm: thin }, { number: 2, alarm: alarm('b') });
  notices.look(true);
  assert.equal(told.length, 0);
  changes.push({ number: 3, alarm: { ...thin, state: 'resolved' } });
  notices.look(true);
  await soon(() => assert.deepEqual(told, ['b:raised']));
  await notices.stop();
});

/** A web server that answers with these statuses one after the other, then 204. */
async function webServer(statuses: number[]) {
  const seen: AlarmMessage[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      assert.equal(request.headers['content-type'], 'application/json');
      seen.push(JSON.parse(body) as AlarmMessage);
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/s3cret`;
  return { seen, url, [Symbol.dispose]: () => void server.close() };
}

test('a webhook is posted the message, and again after a growing pause while it does not take it; its secret stays out of the log', async () => {
  using scratch = new Scratch();
  using server = await webServer([503]);
  const changes: AlarmChange[] = [];
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  const { notices } = noticesIn(scratch.dir, changes, { outlets: [webhookOutlet(server.url)], log });
  changes.push({ number: 1, alarm: alarm('a') });
  notices.look(true);
  await soon(() => assert.equal(server.seen.length, 2));
  await notices.stop();
  const [first, again] = server.seen;
  assert.deepEqual(first?.alarm, alarm('a'));
  assert.equal(again?.change, 'a:raised');
  assert.match(
    lines.join(''),
    /Cannot tell the webhook of an alarm: http:\/\/127\.0\.0\.1:\d+ answers with status 503; again in 1 s/,
  );
  assert.doesNotMatch(lines.join(''), /s3cret/);
});

test('a webhook that is not there fails, and a redirection is no success', async () => {
  using server = await webServer([302]);
  const { signal } = new AbortController();
  await assert.rejects(
    webhookOutlet(server.url).send(alarmMessage(alarm('a'), 1), signal),
    /answers with status 302/,
  );
  const gone = webhookOutlet('http://127.0.0.1:9/x');
  await assert.rejects(
    gone.send(alarmMessage(alarm('a'), 1), signal),
    /^Error: http:\/\/127\.0\.0\.1:9 does not answer \(/,
  );
});

test('a message about an alarm comes back from the wire as it was, and what is none is refused', () => {
  const message = alarmMessage(alarm('a'), 5);
  assert.deepEqual(decodeAlarm(encodeAlarm(message)), message);
  assert.throws(
    () => decodeAlarm(Payload.ofJson({ ...message, alarm: {} })),
    /Cannot read the alarm: alarm\.id/,
  );
});
