import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');
const LOG = join(ROOT, 'test', 'metric', 'fixtures', 'diabetes_linear.csv');

const CASES: readonly (readonly string[])[] = [
  ['--help'],
  ['report', '--help'],
  ['report', LOG],
  ['report', LOG, '--json', '--fail-if', 'mae > 50'],
];

for (const args of CASES) {
  const shown = args.map((arg) => (arg === LOG ? 'LOG' : arg)).join(' ');
  test(`aftermath ${shown} ends quietly, and not as done, where nobody reads what it says`, async () => {
    assert.deepEqual(await unread('stdout', args), { code: 141, said: '' });
  });
}

test('a failure that nobody reads ends quietly too', async () => {
  assert.deepEqual(await unread('stderr', ['report', 'no-such-log.csv']), { code: 141, said: '' });
});

/** Its exit code, and what it says on the other stream, where this one is closed before it has begun. */
async function unread(
  closed: 'stdout' | 'stderr',
  args: readonly string[],
): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'aftermath.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child[closed].destroy();
  let said = '';
  child[closed === 'stdout' ? 'stderr' : 'stdout'].setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}
