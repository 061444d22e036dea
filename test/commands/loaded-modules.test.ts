import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'aftermath.cjs');
const NOTES = join(import.meta.dirname, 'note-modules.ts');

/** The packages, and the folders of src/metric, that a call loads modules of. */
function loaded(args: readonly string[]): { packages: Set<string>; rooms: Set<string> } {
  const folder = mkdtempSync(join(tmpdir(), 'modules-'));
  try {
    const file = join(folder, 'modules');
    const log = join(folder, 'metric_log.csv');
    writeFileSync(log, 'id,y_true,y_pred,absolute_error\na,1,2,1\nb,2,2,0\n');
    execFileSync(
      process.execPath,
      ['--import', NOTES, LAUNCHER, ...args.map((arg) => (arg === 'LOG' ? log : arg))],
      {
        env: { ...process.env, NOTE_MODULES: file },
        stdio: ['ignore', 'ignore', 'inherit'],
        cwd: folder,
      },
    );
    const urls = readFileSync(file, 'utf8');
    const all = (what: RegExp) => new Set(Array.from(urls.matchAll(what), ([, name]) => name ?? ''));
    return {
      packages: all(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/g),
      rooms: all(/\/src\/metric\/([^/]+)\/sqlite/g),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a report starts without brokers, schemas, loggers and ledgers: most of a short command is what it loads', () => {
  for (const args of [
    ['report', '--help'],
    ['report', 'LOG'],
    ['report', 'LOG', '--html', 'report.html'],
  ]) {
    const { packages, rooms } = loaded(args);
    assert.ok(packages.has('commander'), 'what is loaded is seen');
    const further = [...packages].filter((name) => name !== 'commander' && name !== 'papaparse');
    assert.deepEqual([further, [...rooms]], [[], []], args.join(' '));
  }
});
