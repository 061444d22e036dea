import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Program } from '../e2e/program.ts';
import { Scratch } from '../metric/ledger-fixture.ts';

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'aftermath.cjs');
const NOTES = join(import.meta.dirname, 'note-modules.ts');

/** The packages that a call loads modules of, and the rooms of src/metric whose SQLite it loads. LOG stands for a log. */
async function loaded(args: readonly string[]): Promise<{ packages: Set<string>; rooms: Set<string> }> {
  using scratch = new Scratch();
  const [file, log] = [join(scratch.dir, 'modules'), join(scratch.dir, 'metric_log.csv')];
  writeFileSync(log, 'id,y_true,y_pred,absolute_error\na,1,2,1\nb,2,2,0\n');
  const given = args.map((arg) => (arg === 'LOG' ? log : arg));
  await using program = new Program(
    process.execPath,
    ['--import', NOTES, LAUNCHER, ...given],
    { NOTE_MODULES: file },
    scratch.dir,
  );
  assert.equal(await program.ended(), 0, program.stderr);
  const urls = readFileSync(file, 'utf8');
  const all = (what: RegExp) => new Set(Array.from(urls.matchAll(what), ([, name]) => name ?? ''));
  return {
    packages: all(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/g),
    rooms: all(/\/src\/metric\/([^/]+)\/sqlite/g),
  };
}

test('a report starts without brokers, schemas, loggers and ledgers: most of a short command is what it loads', async () => {
  for (const args of [
    ['report', '--help'],
    ['report', 'LOG'],
    ['report', 'LOG', '--html', 'report.html'],
  ]) {
    const { packages, rooms } = await loaded(args);
    assert.ok(packages.has('commander'), 'what is loaded is seen');
    const further = [...packages].filter((name) => name !== 'commander' && name !== 'papaparse');
    assert.deepEqual([further, [...rooms]], [[], []], args.join(' '));
  }
});
