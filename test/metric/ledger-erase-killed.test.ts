import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Program } from '../e2e/program.ts';
import { openBusy, takeBusy } from './busy-ledger.ts';
import { ANNA, databaseSite, type Site, takePerson } from './erase-site.ts';

/** What the command says as it goes on, and so many milliseconds later it is killed: in the step behind it. */
const KILLS = [
  { after: /written aside/, ms: 0 },
  { after: /written aside/, ms: 8 },
  { after: /the ledger is without it/, ms: 0 },
  { after: /the log is without it/, ms: 0 },
];

function erase({ ledger }: Site, logPath: string): Program {
  return Program.aftermath(['ledger', 'erase', ledger, ANNA, '--log', logPath]);
}

test('an erasure from PostgreSQL that is killed with -9 wherever it is ends right, whether metric comes next or the erasure again', async () => {
  await using site = await databaseSite();
  const logPath = join(site.scratch.dir, 'metric_log.csv');
  let number = 0;
  let killed = 0;
  for (const { after, ms } of KILLS) {
    {
      await using parts = await openBusy(site.ledger, site.scratch.dir);
      await takePerson(parts, { id: ANNA, from: number, isNumber: false });
      await takeBusy(parts, number, number + 100);
      number += 100;
    }
    assert.ok(await site.holds(ANNA));
    await using running = erase(site, logPath);
    await running.says(after);
    await pause(ms);
    running.signal('SIGKILL');
    if ((await running.ended()) !== 0) killed++;
    if (killed % 2 === 0) {
      await (await openBusy(site.ledger, site.scratch.dir))[Symbol.asyncDispose]();
      assert.deepEqual((await site.check()).problems, [], `metric after ${after}, ${ms} ms`);
    }
    await using again = erase(site, logPath);
    assert.equal(await again.ended(), 0, again.stderr);
    assert.equal(await site.holds(ANNA), false, `after ${after}, ${ms} ms`);
    assert.deepEqual((await site.check()).problems, []);
    const lines = readFileSync(logPath, 'utf8').split('\n').slice(1, -1);
    assert.equal(new Set(lines).size, lines.length, 'no line is in the log twice');
  }
  assert.ok(killed >= 2, `${killed} of them were killed before their end`);
});
