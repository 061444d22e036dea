import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AlarmMessage } from '../../src/wire/alarm.ts';
import { eventually, Program } from './program.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'diabetes');

test('an alarm comes to a webhook; killed and resumed the program goes on with it and tells nothing twice', async () => {
  const told: AlarmMessage[] = [];
  // It gets no answer to any but the first before it is killed: what was on its way then is told again, and is told once.
  let answersMax = 1;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (told.length >= answersMax) return;
      told.push(JSON.parse(body) as AlarmMessage);
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const logs = mkdtempSync(join(tmpdir(), 'alarms-'));
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const data = ['--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression', '--rate', '1000'];
  const model = ['--model', join(EXAMPLE, 'diabetes_linear.pkl')];
  const alarms = ['--alarm', 'mae > 30', '--alarm', 'rmse > 1000', '--alarm-webhook', webhook];
  const args = ['run', ...data, ...model, ...alarms, '--rows', '5000', '--logs', logs, '--no-page'];
  try {
    await using killed = Program.aftermath(args);
    await eventually('the alarm to be noted as told', () => {
      const path = join(logs, 'alarms.json');
      if (!existsSync(path)) return false;
      const { told } = JSON.parse(readFileSync(path, 'utf8')) as { told: { webhook: number } };
      return told.webhook > 0;
    });
    killed.signal('SIGKILL');
    assert.equal(await killed.ended(), -1, 'it was killed before it had ended');
    answersMax = Infinity;
    await using resumed = Program.aftermath([...args, '--resume']);
    assert.equal(await resumed.ended(), 0, resumed.stdout + resumed.stderr);
    await eventually('both changes', () => told.length >= 2);
  } finally {
    server.close();
  }
  const changes = told.map(({ alarm }) => `${alarm.figure} ${alarm.state}`);
  assert.deepEqual(changes, ['mae raised', 'mae confirmed']);
  const [{ alarm } = assert.fail()] = told;
  assert.ok(alarm.evidence >= alarm.threshold && alarm.threshold === 4_000_000);
  assert.ok(Math.abs(alarm.value! - 43) < 10, String(alarm.value));
});
