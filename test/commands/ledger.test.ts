import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LedgerOnDisk, Scratch } from '../metric/ledger-fixture.ts';
import { prediction, truth } from '../metric/records.ts';
import { Program } from '../e2e/program.ts';
import { testSchema } from '../setup/postgres.ts';

async function aftermath(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  await using program = Program.aftermath(args);
  return { code: await program.ended(), stdout: program.stdout, stderr: program.stderr };
}

test('what the error about a damaged ledger tells to do helps: check finds it, rebuild mends it', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'ledger.db');
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
    for (let i = 0; i < 500; i++) {
      await disk.ledger.commit({
        nowMs: Date.now(),
        predictions: [prediction(i, i)],
        truths: i % 5 === 0 ? [] : [truth(i, i + 1)],
        refused: { predictions: 0, truths: 0 },
      });
    }
  }
  const sound = await aftermath('ledger', 'check', path);
  assert.equal(sound.code, 0, sound.stderr);
  assert.match(sound.stdout, /outcomes +400\n[^]*received 500, scored 400, pending 100\n[^]*\nsound\n$/);
  writeFileSync(path, readFileSync(path).fill(0, 8192, 40_000));
  await assert.rejects(
    LedgerOnDisk.open({ dir: scratch.dir }),
    /aftermath ledger check.*aftermath ledger rebuild/,
  );
  const damaged = await aftermath('ledger', 'check', path, '--json');
  assert.equal(damaged.code, 1);
  const { problems } = JSON.parse(damaged.stdout) as { readonly problems: readonly string[] };
  assert.ok(problems.length > 0);
  const rebuilt = await aftermath('ledger', 'rebuild', path);
  assert.equal(rebuilt.code, 0, rebuilt.stderr);
  assert.match(
    rebuilt.stdout,
    /made anew from 400 rows: 400 outcomes, .* of a\n[^]*note: Predictions that wait/,
  );
  assert.equal(readdirSync(scratch.dir).filter((name) => /\.damaged-[-\dTZ]+$/.test(name)).length, 1);
  assert.equal((await aftermath('ledger', 'check', path)).code, 0);
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
  assert.deepEqual(disk.figures.model('a')?.values()['mae'], { value: 1 });
});

test('move tells what it moved and where the file is, once in words and once as JSON', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'ledger.db');
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
    await disk.ledger.commit({
      nowMs: Date.now(),
      predictions: [prediction('x', 1), prediction('y', 2)],
      truths: [truth('x', 3)],
      refused: { predictions: 0, truths: 0 },
    });
  }
  using copy = scratch.copy();
  await using schema = await testSchema();
  const moved = await aftermath('ledger', 'move', path, schema.url);
  assert.equal(moved.code, 0, moved.stderr);
  assert.match(
    moved.stdout,
    /is in postgres:\/\/\S+ now: 2 ids, 1 outcomes, 1 of them kept\nmodel a {2}received 2, scored 1, pending 1\ntruths {2}received 1, matched 1\nthe file is .*ledger\.db\.moved-/,
  );
  const again = await aftermath('ledger', 'move', path, schema.url);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /it has been moved already; what it was is/);
  const copied = await aftermath('ledger', 'move', join(copy.dir, 'ledger.db'), schema.url, '--json');
  assert.equal(copied.code, 1);
  assert.match(copied.stderr, /holds a ledger already/);
  await using other = await testSchema();
  const json = await aftermath('ledger', 'move', join(copy.dir, 'ledger.db'), other.url, '--json');
  const { wasMoved, ids, truths } = JSON.parse(json.stdout) as Record<string, unknown>;
  assert.deepEqual([wasMoved, ids, (truths as { received: number }).received], [false, 2, 1]);
});

test('export writes lines to standard output, or a file that is there only when it is whole', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'ledger.db');
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
    await disk.ledger.commit({
      nowMs: Date.now(),
      predictions: [prediction('x', 1), prediction(12, 2)],
      truths: [truth('x', 3)],
      refused: { predictions: 0, truths: 0 },
    });
  }
  const out = join(scratch.dir, 'entries.jsonl');
  const told = await aftermath('ledger', 'export', path, '--out', out);
  assert.equal(told.stdout, `2 lines of 2 ids are in ${out}\n`, told.stderr);
  const { stdout } = await aftermath('ledger', 'export', path);
  assert.equal(stdout, readFileSync(out, 'utf8'));
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: unknown }).id),
    ['x', 12],
  );
  const nowhere = await aftermath('ledger', 'export', path, '--out', join(scratch.dir, 'none', 'e.jsonl'));
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /Cannot export into .*none\/e\.jsonl: ENOENT/);
});

test('a ledger in PostgreSQL is checked and rebuilt by its address, and its log has to be named', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  const logPath = join(scratch.dir, 'metric_log.csv');
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
    await disk.ledger.commit({
      nowMs: Date.now(),
      predictions: [prediction('x', 1)],
      truths: [truth('x', 3)],
      refused: { predictions: 0, truths: 0 },
    });
  }
  const unnamed = await aftermath('ledger', 'rebuild', schema.url);
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.stderr, /name its log with --log/);
  const rebuilt = await aftermath('ledger', 'rebuild', schema.url, '--log', logPath, '--model', 'a');
  assert.match(rebuilt.stdout, /^postgres:\/\/\S+ is made anew from 1 rows: 1 outcomes/, rebuilt.stderr);
  const found = await aftermath('ledger', 'check', schema.url, '--log', logPath);
  assert.match(
    found.stdout,
    /^ledger +postgres:\/\/[^]*outcomes +1\nmodel a +received 1, scored 1\n[^]*\nsound\n$/,
  );
});

test('erase tells what it took out, what remains and where else to look, and does no more the second time', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'ledger.db');
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
    await disk.ledger.commit({
      nowMs: Date.now(),
      predictions: [prediction('anna', 1), prediction('bert', 2)],
      truths: [truth('anna', 3), truth('bert', 4)],
      refused: { predictions: 0, truths: 0 },
    });
  }
  const first = await aftermath('ledger', 'erase', path, 'anna');
  assert.match(
    first.stdout,
    /^anna is not in .*: 1 entries and 1 lines of the log were taken out\nmodel a {2}scored, 1 outcomes\nremains: The figures of the model "a" stay: .* over 2 scored predictions[^]*elsewhere: Dead letters/,
    first.stderr,
  );
  assert.equal(readFileSync(join(scratch.dir, 'metric_log.csv'), 'utf8').includes('anna'), false);
  const again = await aftermath('ledger', 'erase', path, 'anna', '--json');
  const { entries, lines, log } = JSON.parse(again.stdout) as Record<string, unknown>;
  assert.deepEqual([entries, lines, log], [0, 0, join(scratch.dir, 'metric_log.csv')]);
  const unnamed = await aftermath('ledger', 'erase', 'postgres://nobody@127.0.0.1:1/none', 'anna');
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.stderr, /name its log with --log, or say --no-log/);
});

test('a ledger that is not there is named, and a report of half a pair of files is wrong usage', async () => {
  using scratch = new Scratch();
  const none = await aftermath('ledger', 'check', join(scratch.dir, 'none.db'));
  assert.equal(none.code, 1);
  assert.match(none.stderr, /there is no such file/);
  const half = await aftermath('report', '--truth', join(scratch.dir, 't.csv'));
  assert.equal(half.code, 2);
  assert.match(half.stderr, /Cannot join --predictions with --truth: one of the two is missing/);
});

test('report joins two files and tells books, coverage and figures', async () => {
  using scratch = new Scratch();
  const [p, t] = [join(scratch.dir, 'p.csv'), join(scratch.dir, 't.csv')];
  writeFileSync(p, 'ride,forecast\n1,10\n2,20\n3,30\n');
  writeFileSync(t, 'ride,minutes\n1,11\n2,18\n2,19\n');
  const files = ['--predictions', p, '--truth', t, '--on', 'ride'];
  const named = ['--prediction-column', 'forecast', '--truth-column', 'minutes'];
  const { stdout, stderr, code } = await aftermath('report', ...files, ...named);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /predictions +received 3, scored 2, pending 1\ntruths +received 3, matched 2, revision 1\ncoverage +66\.6 %[^]*MAE +1\.0000/,
  );
  const unnamed = await aftermath('report', ...files);
  assert.equal(unnamed.code, 1);
  assert.match(unnamed.stderr, /no column "y_pred".*ride, forecast; --prediction-column names another/);
});
