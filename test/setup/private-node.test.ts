import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { eventually } from './eventually.ts';
import { installedScripts, SCRIPTS_VARIABLE } from './installed-node.ts';

const OWNER = `
  import { privateNode } from ${JSON.stringify(join(import.meta.dirname, 'find-rabbitmq.ts'))};
  const node = await privateNode();
  console.log(node.url);
`;

test('a private node does not outlive the process that started it, even when that is killed', async (t) => {
  if (!installedScripts()) return t.assert.ok(true, 'a container is removed by its engine');
  const owner = spawn(
    process.execPath,
    ['--input-type=module-typescript', '-e', `${OWNER} setInterval(() => {}, 1e6);`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [url] = (await once(createInterface(owner.stdout), 'line')) as [string];
  const port = Number(new URL(url).port);
  assert.equal(await answers(port), true);
  assert.equal(foldersOf(owner.pid).length, 1);
  owner.kill('SIGKILL');
  await eventually(async () => assert.equal(await answers(port), false), 10_000);
  await eventually(async () => {
    assert.deepEqual(foldersOf(owner.pid), []);
  }, 10_000);
});

test('a folder that is named without the scripts of a RabbitMQ is refused', () => {
  const before = process.env[SCRIPTS_VARIABLE];
  try {
    process.env[SCRIPTS_VARIABLE] = import.meta.dirname;
    assert.throws(installedScripts, /Cannot use the RabbitMQ in .*setup: it has no rabbitmq-server/);
  } finally {
    if (before === undefined) delete process.env[SCRIPTS_VARIABLE];
    else process.env[SCRIPTS_VARIABLE] = before;
  }
});

function foldersOf(pid: number | undefined): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`aftermath-rabbitmq-${pid}-`));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
