import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import pino from 'pino';
import { checkFile } from '../../src/metric/care/check-file.ts';
import { type Moved, moveLedger } from '../../src/metric/care/move-ledger.ts';
import { prediction } from './records.ts';
import { says } from '../contracts/inbox.ts';
import { testSchema, type TestSchema } from '../setup/postgres.ts';
import { BUSY_HORIZON_MS, BUSY_RETENTION_MS, openBusy, takeBusy, tellsOf } from './busy-ledger.ts';
import { Scratch } from './ledger-fixture.ts';

/** @param told of each step, when it is done */
function move(scratch: Scratch, schema: TestSchema, told: (step: string) => void = () => {}): Promise<Moved> {
  return moveLedger({
    path: join(scratch.dir, 'ledger.db'),
    url: schema.url,
    horizonMs: BUSY_HORIZON_MS,
    retentionMs: BUSY_RETENTION_MS,
    log: pino({ level: 'info' }, { write: told }),
  });
}

for (const end of ['stopped in order', 'killed'] as const) {
  test(`a ledger that was ${end} is moved to the last bit, and goes on as the file would have`, async () => {
    using scratch = new Scratch();
    await using schema = await testSchema();
    const path = join(scratch.dir, 'ledger.db');
    await using parts = await openBusy(path, scratch.dir);
    await takeBusy(parts, 0, 6_000);
    const before = tellsOf(parts);
    // What a kill leaves: figures of a while ago, and batches that no segment has yet.
    using left = end === 'killed' ? scratch.copy() : undefined;
    await parts[Symbol.asyncDispose]();
    const from = left ?? scratch.copy();
    const moved = await move(from, schema);
    assert.equal(moved.wasMoved, false);
    assert.deepEqual(moved.models, checkFile(path, '').models);
    assert.ok(moved.ids! > 6_000 && moved.kept! > 4_096 * 1.5, `${moved.ids} ids, ${moved.kept} outcomes`);
    for (const name of ['pending', 'expired', 'conflict', 'scored'] as const)
      assert.ok(moved.models[0]!.counts[name] > 0, name);
    for (const name of ['revision', 'duplicate', 'orphan', 'late', 'waiting'] as const)
      assert.ok(moved.truths[name] > 0, name);
    assert.equal(existsSync(join(from.dir, 'ledger.db')), false);
    assert.deepEqual(checkFile(moved.aside, join(from.dir, 'metric_log.csv')).problems, []);

    {
      await using file = await openBusy(path, scratch.dir);
      await using database = await openBusy(schema.url, from.dir);
      assert.deepEqual(tellsOf(database), before);
      for (const each of [file, database]) await takeBusy(each, 6_000, 9_000);
      assert.deepEqual(tellsOf(database), tellsOf(file));
    }
    {
      // Figures that are asked for otherwise are made anew, of the outcomes that were moved.
      await using file = await openBusy(path, scratch.dir, { errorMax: 800 });
      await using database = await openBusy(schema.url, from.dir, { errorMax: 800 });
      assert.deepEqual(tellsOf(database), tellsOf(file));
    }
    const log = readFileSync(join(scratch.dir, 'metric_log.csv'), 'utf8');
    assert.equal(readFileSync(join(from.dir, 'metric_log.csv'), 'utf8'), log);
    // Every outcome that is kept can be told again, with its number.
    await using again = await openBusy(schema.url, from.dir);
    let last = 0;
    for await (const { number } of again.ledger.outcomesFrom(1)) assert.equal(number, ++last);
    assert.equal(last, log.split('\n').length - 2);
    await again[Symbol.asyncDispose]();
  });
}

test('a move that is killed between the two puts the file aside when it is run again, and moves nothing twice', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  await using parts = await openBusy(join(scratch.dir, 'ledger.db'), scratch.dir);
  await takeBusy(parts, 0, 500);
  const before = tellsOf(parts);
  await parts[Symbol.asyncDispose]();
  let killed: Scratch | undefined;
  await move(scratch, schema, () => (killed ??= scratch.copy()));
  using left = killed!;
  // Workers may be at work on it by then.
  await using database = await openBusy(schema.url, scratch.dir);
  const again = await move(left, schema);
  assert.equal(again.wasMoved, true);
  assert.deepEqual(
    readdirSync(left.dir).filter((name) => /^ledger\.db(\.moved-[-\dTZ]+)?$/.test(name)),
    [again.aside.slice(left.dir.length + 1)],
  );
  assert.deepEqual(tellsOf(database), before);
  await database[Symbol.asyncDispose]();
  await assert.rejects(
    move(left, schema),
    says('stop', new RegExp(`it has been moved already; what it was is .*ledger\\.db\\.moved-`)),
  );
});

test('a file that has gone on after it was moved is not put aside', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  const path = join(scratch.dir, 'ledger.db');
  await using parts = await openBusy(path, scratch.dir);
  await takeBusy(parts, 0, 100);
  await parts[Symbol.asyncDispose]();
  let killed: Scratch | undefined;
  await move(scratch, schema, () => (killed ??= scratch.copy()));
  using left = killed!;
  await using onwards = await openBusy(join(left.dir, 'ledger.db'), left.dir);
  await onwards[Symbol.asyncDispose]();
  assert.equal((await move(left, schema)).wasMoved, true, 'to open it alone changes nothing that counts');
  using went = new Scratch();
  cpSync(left.dir, went.dir, { recursive: true });
  const aside = readdirSync(went.dir).find((name) => /moved-[-\dTZ]+$/.test(name));
  cpSync(join(went.dir, aside!), join(went.dir, 'ledger.db'));
  await using further = await openBusy(join(went.dir, 'ledger.db'), went.dir);
  await takeBusy(further, 100, 150);
  await further[Symbol.asyncDispose]();
  await assert.rejects(
    move(went, schema),
    says('stop', /was moved to .* before, and the file has gone on since/),
  );
  assert.ok(existsSync(join(went.dir, 'ledger.db')));
});

test('nothing is moved while somebody writes on either side, or into a ledger that is there; who it is is said', async () => {
  using scratch = new Scratch();
  using other = new Scratch();
  await using schema = await testSchema();
  const path = join(scratch.dir, 'ledger.db');
  await using parts = await openBusy(path, scratch.dir);
  await takeBusy(parts, 0, 100);
  await assert.rejects(
    move(scratch, schema),
    says('stop', new RegExp(`process ${process.pid} on .* writes it`)),
  );
  await parts[Symbol.asyncDispose]();
  await using worker = await openBusy(schema.url, other.dir);
  await assert.rejects(
    move(scratch, schema),
    says(
      'stop',
      new RegExp(`Cannot move the ledger .*: process ${process.pid} on .* at work on postgres://`),
    ),
  );
  await takeBusy(worker, 0, 100);
  await worker[Symbol.asyncDispose]();
  await assert.rejects(
    move(scratch, schema),
    says('stop', /holds a ledger already, of 1 workers and \d+ outcomes/),
  );
  await assert.rejects(
    moveLedger({
      path: join(scratch.dir, 'none.db'),
      url: schema.url,
      horizonMs: 1,
      retentionMs: 1,
      log: pino({ level: 'silent' }),
    }),
    says('stop', /there is no such file/),
  );
  const found = checkFile(path, join(scratch.dir, 'metric_log.csv'));
  assert.deepEqual([found.problems, existsSync(path)], [[], true], 'the file is as it was');
});

test('a text that PostgreSQL does not store is named, and nothing is moved', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  const path = join(scratch.dir, 'ledger.db');
  await using parts = await openBusy(path, scratch.dir);
  await parts.ledger.commit({
    nowMs: 1000,
    predictions: [prediction('x', 'no\0thing')],
    truths: [],
    refused: { predictions: 0, truths: 0 },
  });
  await parts[Symbol.asyncDispose]();
  await assert.rejects(move(scratch, schema), says('stop', /stores no text such as "no\\u0000thing"/));
  assert.equal((await schema.query('SELECT count(*)::int AS n FROM writer'))[0]?.['n'], 0);
  using db = new DatabaseSync(path);
  assert.ok(db.prepare('SELECT json FROM state').get());
});
