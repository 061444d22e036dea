import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { taskFile } from '../../src/features/task-files.ts';
import type { FeaturesSettings } from '../../src/features/settings.ts';
import { AftermathError } from '../../src/service/errors.ts';
import { Payload } from '../../src/wire/payload.ts';
import { DEAD_LETTERS, TASKS } from '../../src/wire/queues.ts';
import { decodeTaskReply, type TaskReply } from '../../src/wire/tasks.ts';
import { folder, type Folder } from './files.ts';
import { bench, DATASET, settingsIn, type Bench } from './stage-harness.ts';

const REPLIES = 'replies';
const { data: _, ...DEFAULTS } = DATASET;

interface TaskBench extends AsyncDisposable {
  readonly b: Bench;
  readonly dir: Folder;
  readonly settings: FeaturesSettings;
  readonly replies: (TaskReply & { correlationId: string | undefined })[];
  send(task: unknown, correlationId?: string): Promise<void>;
  /** The last reply to each of so many tasks, once they have all ended. */
  ended(count: number): Promise<TaskReply[]>;
}

/** A stage that takes tasks over files below `<dir>/data`. */
async function taskBench(): Promise<TaskBench> {
  const dir = await folder();
  const b = await bench();
  const directory = join(dir.path, 'data');
  await mkdir(directory);
  await dir.write('data/small.csv', 'x,y\n1,10\n2,20\n3,30\n');
  const replies: TaskBench['replies'] = [];
  const checks = new Set<() => void>();
  await b.broker.declareQueue({ name: REPLIES, durable: false });
  await b.broker.declareQueue({ name: TASKS, durable: true });
  await b.broker.consume(REPLIES, { prefetch: 10, batchMax: 10, lingerMs: 0, overlap: 1 }, async (batch) => {
    for (const { payload, correlationId } of batch)
      replies.push({ ...decodeTaskReply(payload), correlationId });
    for (const check of checks) check();
  });
  const defaults = { ...DEFAULTS, target: 'y', rows: undefined, passes: 1 };
  return {
    b,
    dir,
    settings: {
      ...settingsIn(dir.path),
      dataset: undefined,
      tasks: { queue: TASKS, directory, defaults },
    },
    replies,
    async send(task, correlationId) {
      const payload = typeof task === 'string' ? Payload.ofBytes(Buffer.from(task)) : Payload.ofJson(task);
      await b.broker.publish({ queue: TASKS }, { payload, replyTo: REPLIES, correlationId });
    },
    ended(count) {
      const { promise, resolve } = Promise.withResolvers<TaskReply[]>();
      const check = (): void => {
        const ended = replies.filter(({ state }) => state === 'done' || state === 'failed');
        if (ended.length < count) return;
        checks.delete(check);
        resolve(ended);
      };
      checks.add(check);
      check();
      return promise;
    },
    async [Symbol.asyncDispose]() {
      await b[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

test('tasks run one after another, and are answered: accepted, progress, done', async () => {
  await using t = await taskBench();
  const stage = await t.b.start(t.settings);
  await t.send({ data: 'small.csv', rows: 60, rate: 1_000 }, 'first');
  await t.send({ data: 'small.csv' }, 'second');
  await t.ended(2);
  const of = (id: string): string[] =>
    t.replies.filter((reply) => reply.correlationId === id).map(({ state }) => state);
  assert.deepEqual([...new Set(of('first'))], ['accepted', 'progress', 'done']);
  assert.deepEqual([of('second')[0], of('second').at(-1)], ['accepted', 'done']);
  const done = t.replies.filter(({ state }) => state === 'done');
  assert.deepEqual(
    done.map(({ task, rows }) => [task, rows]),
    [
      ['first', 60],
      ['second', 3],
    ],
  );
  assert.equal(t.b.features().length, 63);
  assert.equal(t.b.truths().length, 63);
  const runs = t.b.features().map(({ id }) => id.slice(1, 11));
  assert.equal(new Set(runs).size, 2);
  assert.equal(new Set(runs.slice(0, 60)).size, 1);
  assert.ok(stage.progress().finished);
  await stage.stop();
});

test('what a task does not say comes from the settings', async () => {
  await using t = await taskBench();
  await t.dir.write('data/other.csv', 'name,x,label\nk1,1,low\nk2,2,high\n');
  const stage = await t.b.start(t.settings);
  await t.send({ data: 'other.csv', target: 'label', id: 'name' });
  await t.ended(1);
  assert.deepEqual(
    t.b.truths().map(({ id, value }) => [id, value]),
    [
      ['"k1"', 'low'],
      ['"k2"', 'high'],
    ],
  );
  await stage.stop();
});

test('a bad task is answered with what is wrong and dead-lettered; the next one runs', async () => {
  await using t = await taskBench();
  await t.dir.write('outside.csv', 'x,y\n1,2\n');
  await t.dir.write('data/empty.csv', '');
  const bad: [unknown, RegExp][] = [
    ['{"data": ', /task/],
    [{ rows: 3 }, /data/],
    [{ data: 'small.csv', rows: -1 }, /rows is the number -1/],
    [{ data: 'nowhere.csv' }, /there is no such file in the folder for tasks/],
    [{ data: '../outside.csv' }, /it lies outside the folder for tasks/],
    [{ data: join(t.dir.path, 'outside.csv') }, /it lies outside the folder for tasks/],
    [{ data: '/etc/passwd' }, /it lies outside the folder for tasks/],
    [{ data: 'small.csv', target: 'z' }, /no column "z" \(the target\)\. Its columns are "x", "y"/],
    [{ data: 'empty.csv' }, /it is empty/],
    [{ data: 'small.csv', speed: 2 }, /no column with the time is named/],
  ];
  const stage = await t.b.start(t.settings);
  for (const [i, [task]] of bad.entries()) await t.send(task, `bad ${i}`);
  await t.send({ data: 'small.csv' }, 'good');
  const ended = await t.ended(bad.length + 1);
  for (const [i, [, expected]] of bad.entries()) {
    const reply = ended.find(({ task }) => task === `bad ${i}`);
    assert.equal(reply?.state, 'failed');
    assert.match(reply?.error ?? '', expected);
  }
  assert.equal(ended.at(-1)?.state, 'done');
  assert.equal(t.b.features().length, 3);
  assert.equal((await t.b.broker.queueDepth(DEAD_LETTERS))?.messages, bad.length);
  await stage.stop();
});

test('taskFile() lets nothing out of the folder, neither by dots nor by links', async () => {
  await using dir = await folder();
  await mkdir(join(dir.path, 'data/deep'), { recursive: true });
  await mkdir(join(dir.path, 'data-beside'));
  const inside = await dir.write('data/deep/a.csv', 'x');
  await dir.write('data/..odd.csv', 'x');
  await dir.write('data-beside/b.csv', 'x');
  const secret = await dir.write('secret.csv', 'x');
  await symlink(secret, join(dir.path, 'data/link.csv'));
  await symlink(dir.path, join(dir.path, 'data/up'));
  await symlink(inside, join(dir.path, 'data/within.csv'));
  await symlink(join(dir.path, 'data'), join(dir.path, 'alias'));
  const root = join(dir.path, 'data');
  for (const name of ['deep/a.csv', './deep/../deep/a.csv', inside, '..odd.csv', 'within.csv']) {
    assert.match(await taskFile(root, name), /data\/(deep\/a|\.\.odd)\.csv$/, name);
  }
  assert.equal(await taskFile(join(dir.path, 'alias'), 'deep/a.csv'), inside);
  for (const name of [
    'link.csv',
    'up/secret.csv',
    '../secret.csv',
    '../data-beside/b.csv',
    secret,
    '..',
    '.',
    'a\0b',
  ]) {
    await assert.rejects(taskFile(root, name), { consequence: 'refused', message: /it lies outside/ }, name);
  }
  await assert.rejects(taskFile(join(dir.path, 'gone'), 'a.csv'), { consequence: 'stop' });
});

test('a task that is stopped goes on when the stage is started again, and is told done once', async () => {
  await using t = await taskBench();
  const first = await t.b.start(t.settings);
  await t.send({ data: 'small.csv', rows: 300, rate: 1_000, label_delay: '20ms..60ms' }, 'long');
  await t.b.until(() => t.b.truths().length > 20);
  await first.stop();
  const before = first.progress();
  assert.ok(before.rowsPublished < 300 && !before.finished);
  const second = await t.b.start(t.settings);
  const [reply] = await t.ended(1);
  assert.deepEqual([reply?.task, reply?.rows], ['long', 300]);
  assert.equal(second.progress().run, before.run);
  assert.equal(new Set(t.b.features().map(({ id }) => id)).size, 300);
  assert.equal(new Set(t.b.truths().map(({ id }) => id)).size, 300);
  assert.equal(t.b.features().length, 300);
  await second.stop();
});

test('a message that comes again is not run again: told by its correlation id, or by the mark of the broker', async () => {
  await using t = await taskBench();
  const stage = await t.b.start(t.settings);
  const task = { data: 'small.csv' };
  await t.send(task, 'once');
  await t.ended(1);
  await t.send(task, 'once');
  await t.ended(2);
  assert.equal(t.b.features().length, 3);
  await t.send(task);
  await t.ended(3);
  assert.equal(t.b.features().length, 6);
  await stage.stop();

  // Somebody takes the same message and gives it back: it comes again, marked as such
  await t.send(task);
  const { promise: seen, resolve } = Promise.withResolvers<void>();
  const options = { prefetch: 1, batchMax: 1, lingerMs: 0, overlap: 1 };
  const other = await t.b.broker.consume(TASKS, options, () => {
    resolve();
    return Promise.reject(new AftermathError('retry', 'Cannot do it now: this is a test.'));
  });
  await seen;
  await other.stop();
  const again = await t.b.start(t.settings);
  await t.ended(4);
  assert.equal(t.b.features().length, 6);
  await again.stop();
});

test('a task whose file goes away before its turn fails with its error, and the next one runs', async () => {
  await using t = await taskBench();
  await t.dir.write('data/changing.csv', 'x,y\n1,2\n');
  const stage = await t.b.start(t.settings);
  await t.send({ data: 'small.csv', rows: 100, rate: 500 }, 'first');
  await t.send({ data: 'changing.csv' }, 'second');
  await t.send({ data: 'small.csv' }, 'third');
  await t.b.until(() => t.replies.some(({ task }) => task === 'third') || t.b.features().length > 50);
  await t.dir.write('data/changing.csv', 'x,y\n1,2\n3,4\n');
  const ended = await t.ended(3);
  assert.deepEqual(
    ended.map(({ task, state }) => [task, state]),
    [
      ['first', 'done'],
      ['second', 'failed'],
      ['third', 'done'],
    ],
  );
  assert.match(ended[1]?.error ?? '', /has changed since/);
  await stage.stop();
});

test('a folder for tasks that is not there is an error at the start', async () => {
  await using t = await taskBench();
  const tasks = { queue: TASKS, directory: join(t.dir.path, 'gone'), defaults: DEFAULTS };
  const stage = await t.b.start({ ...t.settings, tasks });
  await assert.rejects(stage.done, { consequence: 'stop', message: /folder .*gone cannot be used/ });
});
