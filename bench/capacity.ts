/**
 * How many cores, how much network and how much disk a stream needs: the costs of a row as `costs.ts` measures them, multiplied; without
 * a file those of docs/scale.md. Prints
 * the table of docs/scale.md. Usage: npm run bench:capacity [-- COSTS.json].
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacityTable } from './capacity-table.ts';
import type { Costs } from './costs.ts';

const [file = join(import.meta.dirname, 'costs.json')] = process.argv.slice(2);
const costs = JSON.parse(readFileSync(file, 'utf8')) as Costs;
process.stdout.write(capacityTable(costs['PostgreSQL'] ?? {}));
