import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { capacityTable } from '../../bench/capacity-table.ts';
import type { Costs } from '../../bench/costs.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test('docs/scale.md has the capacity that the measured costs come to', () => {
  const costs = JSON.parse(readFileSync(join(ROOT, 'bench', 'costs.json'), 'utf8')) as Costs;
  const table = capacityTable(costs['PostgreSQL'] ?? {});
  assert.ok(
    readFileSync(join(ROOT, 'docs', 'scale.md'), 'utf8').includes(table),
    `npm run bench:capacity prints it:\n${table}`,
  );
});
