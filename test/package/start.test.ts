import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../e2e/program.ts';
import { bareEnvironment } from './old-node.ts';

const ROOT = join(import.meta.dirname, '../..');

// A terminal gives Ctrl-C to the whole group, and npm gives it to its child besides: that child is the program
// where the shell has made way for it, as bash does.
for (const shell of ['sh', 'bash']) {
  test(`npm start in ${shell} says where everything is, and one Ctrl-C ends it cleanly`, async () => {
    const logs = await mkdtemp(join(tmpdir(), 'aftermath-start-'));
    const args = ['start', '--script-shell', shell, '--', '--logs', logs, '--port', '0'];
    const npm = spawn('npm', args, {
      cwd: ROOT,
      env: bareEnvironment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(npm, 'close');
    let said = '';
    for (const stream of [npm.stdout, npm.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    try {
      await eventually('the first rows to be scored', () => {
        assert.equal(npm.exitCode, null, said);
        return /scored [1-9]/.test(said);
      });
      for (const what of ['metric_log.csv', 'error_distribution.png', 'http://127.0.0.1:']) {
        assert.ok(said.includes(what), `${what} is not in\n${said}`);
      }
      const started = said.length;
      process.kill(-(npm.pid ?? 0), 'SIGINT');
      const [code, signal] = await ended;
      // The plain shell dies of the signal itself, and npm says so after it.
      assert.ok(code === 0 || signal === 'SIGINT', `npm ended with ${code ?? signal}:\n${said}`);
      assert.doesNotMatch(said, /ends at once/);
      assert.match(said.slice(started), /scored .*\n[^]*MAE/);
      const rows = (await readFile(join(logs, 'metric_log.csv'), 'utf8')).trimEnd().split('\n').length - 1;
      assert.match(said.slice(started), new RegExp(`scored ${rows.toLocaleString('en-US')},`));
    } finally {
      if (npm.exitCode === null && npm.signalCode === null) {
        process.kill(-(npm.pid ?? 0), 'SIGKILL');
        await ended;
      }
      await rm(logs, { recursive: true, force: true });
    }
  });
}
