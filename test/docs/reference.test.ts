import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reference } from '../../scripts/reference.ts';

test('docs/reference.md tells the commands and settings as they are', () => {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'reference.md');
  assert.equal(readFileSync(path, 'utf8'), reference(), 'npm run reference writes it anew');
});
