import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import pino from 'pino';
import { checkFile } from '../../src/metric/care/check-file.ts';
import { eraseFromDatabase } from '../../src/metric/care/erase-database.ts';
import { eraseFromFile } from '../../src/metric/care/erase-file.ts';
import { says } from '../contracts/inbox.ts';
import { testSchema } from '../setup/postgres.ts';
import { type BusyLedger, openBusy, takeBusy, tellsOf } from './busy-ledger.ts';
import {
  ANNA,
  databaseSite,
  filesOf,
  fileSite,
  isIn,
  PERSONS,
  QUIET,
  takePerson,
  WIDE,
  withPersons,
} from './erase-site.ts';
import { Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

/** The linear figures, which keep what an erased id contributed. */
function linearOf(parts: BusyLedger): unknown {
  return [...parts.figures.states()].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]);
}

for (const [kind, open] of [
  ['a file', async () => fileSite()],
  ['PostgreSQL', databaseSite],
] as const) {
  test(`an id is in no byte of ${kind} and its log after it was erased, figures stay, and all goes on`, async () => {
    await using site = await open();
    const logPath = join(site.scratch.dir, 'metric_log.csv');
    let before: unknown;
    {
      await using parts = await openBusy(site.ledger, site.scratch.dir);
      await withPersons(parts);
      before = linearOf(parts);
    }
    for (const id of PERSONS) {
      assert.ok(await site.holds(id), `${id} is there`);
      const erased = await site.erase({ logPath, id });
      assert.equal(await site.holds(id), false, id);
      assert.deepEqual([erased.entries, erased.lines], [1, 4], 'two models, each with a revision');
      assert.deepEqual(
        erased.predictions.map(({ model, state, outcomes }) => [model, state, outcomes]),
        [
          ['a', 'scored', 2],
          ['b', 'scored', 2],
        ],
      );
      assert.match(
        erased.remains.join('\n'),
        /figures of the model "a" stay: .* over \d+ scored predictions/,
      );
      assert.deepEqual((await site.check()).problems, []);
    }
    const { pending, received } = (await site.check()).models[0]!.counts;
    const waited = await site.erase({ logPath, id: 'awaiting-2600' });
    assert.deepEqual(
      waited.predictions.map(({ state }) => state),
      ['pending'],
    );
    const { counts } = (await site.check()).models[0]!;
    assert.deepEqual([counts.pending, counts.received], [pending - 1, received - 1]);
    assert.deepEqual((await site.check()).problems, []);
    const again = await site.erase({ logPath, id: ANNA });
    assert.deepEqual([again.entries, again.lines, again.predictions], [0, 0, []]);
    assert.match(again.remains.join(), /no such id: it never came, was forgotten .*, or was erased before/);

    await using parts = await openBusy(site.ledger, site.scratch.dir);
    assert.deepEqual(linearOf(parts), before);
    await takeBusy(parts, 2_600, 3_000);
    await parts[Symbol.asyncDispose]();
    assert.deepEqual((await site.check()).problems, []);
    assert.equal(await site.holds(ANNA), false, 'nothing brings it back');
  });

  test(`a log that is taken away is written again from ${kind} without the id that was erased`, async () => {
    await using site = await open();
    const logPath = join(site.scratch.dir, 'metric_log.csv');
    {
      await using parts = await openBusy(site.ledger, site.scratch.dir);
      await withPersons(parts);
    }
    await site.erase({ logPath, id: WIDE });
    const rows = readFileSync(logPath, 'utf8');
    unlinkSync(logPath);
    await (await openBusy(site.ledger, site.scratch.dir))[Symbol.asyncDispose]();
    assert.equal(readFileSync(logPath, 'utf8'), rows);
  });

  test(`an erasure from ${kind} is refused while somebody writes, after a kill, and without its log`, async () => {
    await using site = await open();
    const logPath = join(site.scratch.dir, 'metric_log.csv');
    const parts = await openBusy(site.ledger, site.scratch.dir);
    await takeBusy(parts, 0, 100);
    await assert.rejects(
      site.erase({ logPath, id: '7' }),
      says('stop', /process \d+ on .* (writes it|at work on)/),
    );
    await parts[Symbol.asyncDispose]();
    renameSync(logPath, `${logPath}.away`);
    await assert.rejects(
      site.erase({ logPath, id: '7' }),
      says('stop', /there is no such file. Name the log with --log/),
    );
    renameSync(`${logPath}.away`, logPath);
    const rows = readFileSync(logPath);
    appendFileSync(logPath, 'torn');
    const { lines } = await site.erase({ logPath, id: '7' });
    assert.equal(lines, 1);
    assert.equal(readFileSync(logPath, 'utf8'), rows.toString().replace(/^7,.*\n/m, ''));
    const { elsewhere } = await site.erase({ logPath: undefined, id: '8' });
    assert.match(elsewhere.join(), /No log was looked at/);
  });
}

test('an erasure that is killed at any step ends right, whether metric comes next or the erasure again', async () => {
  await using site = fileSite();
  const logPath = join(site.scratch.dir, 'metric_log.csv');
  let tells: unknown;
  {
    await using parts = await openBusy(site.ledger, site.scratch.dir);
    await withPersons(parts);
  }
  const copies: Scratch[] = [];
  await site.erase(
    { logPath, id: ANNA },
    pino({ level: 'info' }, { write: () => void copies.push(site.scratch.copy()) }),
  );
  const log = readFileSync(logPath, 'utf8');
  {
    await using parts = await openBusy(site.ledger, site.scratch.dir);
    tells = tellsOf(parts);
  }
  assert.equal(copies.length, 3);
  for (const [step, copy] of copies.entries()) {
    for (const next of ['the erasure', 'metric'] as const) {
      using left = copy.copy();
      const [ledger, leftLog] = [join(left.dir, 'ledger.db'), join(left.dir, 'metric_log.csv')];
      if (next === 'metric') {
        await using parts = await openBusy(ledger, left.dir);
        const isErased = step > 0;
        assert.equal(readFileSync(leftLog, 'utf8') === log, isErased, `step ${step}`);
        if (isErased) assert.deepEqual(tellsOf(parts), tells);
        await parts[Symbol.asyncDispose]();
        assert.deepEqual(checkFile(ledger, leftLog).problems, []);
      }
      await eraseFromFile({ ledger, logPath: leftLog, id: ANNA }, QUIET);
      assert.equal(
        filesOf(left).some((bytes) => isIn(bytes, ANNA)),
        false,
        `step ${step}, then ${next}`,
      );
      assert.equal(readFileSync(leftLog, 'utf8'), log);
      assert.deepEqual(checkFile(ledger, leftLog).problems, []);
    }
    copy[Symbol.dispose]();
  }
});

test('the same holds for PostgreSQL: what is stopped at any step is finished by metric, or by the erasure again', async () => {
  for (const step of [1, 2, 3]) {
    for (const next of ['the erasure', 'metric'] as const) {
      await using site = await databaseSite();
      const logPath = join(site.scratch.dir, 'metric_log.csv');
      {
        await using parts = await openBusy(site.ledger, site.scratch.dir);
        await takePerson(parts, { id: ANNA, from: 0, isNumber: false });
        await takeBusy(parts, 0, 100);
      }
      let told = 0;
      const stopped = pino(
        { level: 'info' },
        {
          write: () => {
            if (++told === step) throw new Error('stopped here');
          },
        },
      );
      await assert.rejects(site.erase({ logPath, id: ANNA }, stopped), /stopped here/);
      if (next === 'metric') {
        await (await openBusy(site.ledger, site.scratch.dir))[Symbol.asyncDispose]();
        assert.equal(isIn(readFileSync(logPath), ANNA), step === 1, `after step ${step}`);
        assert.deepEqual((await site.check()).problems, []);
      }
      await site.erase({ logPath, id: ANNA });
      assert.equal(await site.holds(ANNA), false, `step ${step}, then ${next}`);
      assert.deepEqual((await site.check()).problems, []);
    }
  }
});

test('an erasure also overwrites what was freed in a ledger file before it', async () => {
  await using site = fileSite();
  const logPath = join(site.scratch.dir, 'metric_log.csv');
  {
    await using parts = await openBusy(site.ledger, site.scratch.dir);
    await takePerson(parts, { id: ANNA, from: 0, isNumber: false });
  }
  {
    // As batches that were folded leave their pages behind.
    using db = new DatabaseSync(site.ledger);
    db.exec('CREATE TABLE gone (bytes TEXT)');
    db.prepare('INSERT INTO gone VALUES (?)').run(ANNA.repeat(5_000));
    db.exec('DROP TABLE gone');
  }
  await site.erase({ logPath, id: ANNA });
  assert.equal(await site.holds(ANNA), false);
});

test('a ledger that was killed has to be stopped in order first, and is told so', async () => {
  await using site = fileSite();
  const parts = await openBusy(site.ledger, site.scratch.dir);
  await takeBusy(parts, 0, 100);
  using killed = site.scratch.copy();
  await parts[Symbol.asyncDispose]();
  const options = {
    ledger: join(killed.dir, 'ledger.db'),
    logPath: join(killed.dir, 'metric_log.csv'),
    id: '7',
  };
  await assert.rejects(
    eraseFromFile(options, QUIET),
    says(
      'stop',
      /was not stopped in order, and \d+ outcomes are not in its stored figures. Start metric once/,
    ),
  );
  await (await openBusy(options.ledger, killed.dir))[Symbol.asyncDispose]();
  assert.equal((await eraseFromFile(options, QUIET)).entries, 1);
});

test('nothing is made where there is no ledger to erase from', async () => {
  await using schema = await testSchema();
  const options = { ledger: schema.url, logPath: undefined, id: '7' };
  await assert.rejects(eraseFromDatabase(options, QUIET), says('stop', /there is none in the schema/));
  assert.equal((await schema.query('SELECT FROM pg_namespace WHERE nspname = current_schema()')).length, 0);
  using scratch = new Scratch();
  await assert.rejects(
    eraseFromFile({ ...options, ledger: join(scratch.dir, 'none.db') }, QUIET),
    says('stop', /there is no such file/),
  );
  assert.deepEqual(readdirSync(scratch.dir), []);
});

test('a number is erased in all its forms, and so is a text that reads the same', async () => {
  await using site = fileSite();
  const logPath = join(site.scratch.dir, 'metric_log.csv');
  {
    await using parts = await openBusy(site.ledger, site.scratch.dir);
    const ids = ['1.50', '"1.5"', '"1.50"', '1.51', '15'];
    await parts.ledger.commit({
      nowMs: 1_700_000_000_000,
      predictions: ids.map((id) => ({ ...prediction(0, 1), id })),
      truths: ids.map((id) => ({ ...truth(0, 2), id })),
      refused: { predictions: 0, truths: 0 },
    });
  }
  const { entries, lines } = await site.erase({ logPath, id: '1.5' });
  assert.deepEqual([entries, lines], [2, 3]);
  assert.deepEqual(
    readFileSync(logPath, 'utf8')
      .split('\n')
      .map((line) => line.split(',')[0]),
    ['id', '1.51', '15', ''],
  );
});
