import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Runs a program to its end; rejects when it fails or takes more than three minutes, with what it said. */
export function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ stdout: string; stderr: string }> {
  return execute(file, args, { ...options, timeout: 180_000, encoding: 'utf8' });
}

const execute = promisify(execFile);

/** Below this the launcher needs another Node. */
const NEW_MAJOR = 24;
/** Old, but npm of today still runs on it. */
const OLD_MAJOR = 20;

/**
 * The environment of somebody at a terminal who has installed nothing: without what npm and the test runner
 * add to ours, and without the folders on PATH where npm put its programs. How to reach the registry stays.
 */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(npm_|node_(env|options|path|test_context)$|init_cwd$|aftermath_|rabbitmq_|ci$)/i;
  const network = /^npm_config_(registry|ca|cafile|cache|proxy|https_proxy|noproxy|strict_ssl|userconfig)$/i;
  const kept = Object.entries(process.env).filter(([name]) => network.test(name) || !ours.test(name));
  return { ...Object.fromEntries(kept), PATH: foldersOnPath().join(delimiter) };
}

/**
 * The folder of a Node that is too old to run aftermath by itself: that of this machine, else one that npm
 * installs into `folder`.
 */
export async function oldNodeFolder(folder: string): Promise<string> {
  for (const candidate of foldersOnPath()) {
    const major = await majorOf(join(candidate, 'node'));
    if (major !== undefined && major < NEW_MAJOR) return candidate;
  }
  const name = `node-${process.platform === 'linux' ? '' : 'bin-'}${process.platform}-${process.arch}`;
  const npm = ['install', '--prefix', folder, '--prefer-offline', '--no-save', `${name}@${OLD_MAJOR}`];
  await run('npm', npm, { env: bareEnvironment() });
  return join(folder, 'node_modules', name, 'bin');
}

function foldersOnPath(): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((f) => f !== '' && !f.includes('node_modules'));
}

async function majorOf(file: string): Promise<number | undefined> {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return undefined;
  }
  const { stdout } = await run(file, ['--version']);
  return Number(/^v(\d+)/.exec(stdout)?.[1]);
}
