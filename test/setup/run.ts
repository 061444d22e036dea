/**
 * What `npm test` runs: makes sure that what the selected test files need is there, runs them, and ends with
 * the exit code of Node's test runner. `npm test -- test/broker/memory.test.ts` runs one file; options of
 * `node --test` are passed on.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM_VARIABLE, chromiumPath } from './chromium.ts';
import { AMQP_VARIABLE, MANAGEMENT_VARIABLE, namedBroker, privateNode } from './find-rabbitmq.ts';
import { POSTGRES_VARIABLE } from './find-postgres.ts';
import { PostgresServer } from './postgres-server.ts';
import { PYTHON_VARIABLE, pythonWithPika } from './python.ts';
import type { RabbitNode } from './rabbit-node.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** A test that hangs fails after so long. */
const TEST_TIMEOUT_MS = 600_000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith('-'));
  const named = args.filter((arg) => !arg.startsWith('-'));
  const files = globSync(named.length > 0 ? named : 'test/**/*.test.ts', { cwd: ROOT }).sort();
  if (files.length === 0) {
    process.stderr.write(`No test file matches ${named.join(' ')}.\n`);
    return 1;
  }
  let node: RabbitNode | undefined;
  let postgres: PostgresServer | undefined;
  try {
    const env: NodeJS.ProcessEnv = { ...process.env };
    const needs = (part: string): boolean =>
      files.some((file) => readFileSync(join(ROOT, file), 'utf8').includes(part));
    if (needs('setup/chromium.ts')) env[CHROMIUM_VARIABLE] = await chromiumPath();
    if (needs('setup/python.ts')) env[PYTHON_VARIABLE] = await pythonWithPika();
    if (needs('setup/rabbitmq.ts') && !namedBroker()) {
      node = await privateNode({ management: true });
      env[AMQP_VARIABLE] = node.url;
      env[MANAGEMENT_VARIABLE] = node.managementUrl;
    }
    if (needs('setup/postgres.ts') && env[POSTGRES_VARIABLE] === undefined) {
      postgres = await PostgresServer.start('max_connections = 200');
      env[POSTGRES_VARIABLE] = postgres.url;
    }
    return await runTests([...options, ...files], env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await node?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
  }
}

function runTests(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const settings = ['--test', '--test-concurrency=2', `--test-timeout=${TEST_TIMEOUT_MS}`];
  const child = spawn(process.execPath, [...settings, ...args], { cwd: ROOT, env, stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', pass);
  process.on('SIGTERM', pass);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
