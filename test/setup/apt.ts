import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POLICY = '/usr/sbin/policy-rc.d';

/** Whether packages may be installed here: root on Debian or Ubuntu. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version');
}

/**
 * Installs Debian packages. A service that a package brings is not started: the tests start their own.
 *
 * @throws when apt fails (no network, no such package); the message is apt's
 */
export async function install(...packages: readonly string[]): Promise<void> {
  process.stderr.write(`Installing ${packages.join(', ')} with apt…\n`);
  const policyIsOurs = !existsSync(POLICY);
  if (policyIsOurs) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const arrive = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    await apt('update', '-qq').catch(() => {});
    await apt(...arrive);
  } finally {
    if (policyIsOurs) await rm(POLICY, { force: true });
  }
}

async function apt(...args: readonly string[]): Promise<void> {
  await run('apt-get', ['-o', 'DPkg::Lock::Timeout=600', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
}
