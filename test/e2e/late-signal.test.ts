import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Program } from './program.ts';

test('a run that has ended by itself and is asked to end just then ends with its own exit code', async () => {
  const logs = mkdtempSync(join(tmpdir(), 'late-'));
  await using program = Program.aftermath([
    'run',
    '--rows',
    '50',
    '--rate',
    '0',
    '--logs',
    logs,
    '--port',
    '0',
  ]);
  // The last lines of the summary: nothing is left to be finished.
  await program.says(/^errors .*\n+log .*\npicture .*\n/m);
  program.signal('SIGTERM');
  assert.equal(await program.ended(), 0, program.stderr);
});
