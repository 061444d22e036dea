import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { install, mayInstall } from './apt.ts';
import { findProgram } from './find-program.ts';

const run = promisify(execFile);

/** Names the Python to use; the runner sets it for the test files. */
export const PYTHON_VARIABLE = 'AFTERMATH_TEST_PYTHON';

/** A Python with pika, for the peers of the old kind: `AFTERMATH_TEST_PYTHON`, an installed one, or apt's. */
export async function pythonWithPika(): Promise<string> {
  const found = await withPika();
  if (found !== undefined) return found;
  if (mayInstall()) await install('python3-pika').catch(() => {});
  const installed = await withPika();
  if (installed !== undefined) return installed;
  throw new Error(
    `The tests need Python with pika: install python3-pika (Debian, Ubuntu: apt-get install python3-pika), or name one in ${PYTHON_VARIABLE}.`,
  );
}

/** The Python first on PATH need not be the one that the system's packages belong to. */
async function withPika(): Promise<string | undefined> {
  for (const python of [process.env[PYTHON_VARIABLE], findProgram('python3'), '/usr/bin/python3']) {
    if (python && (await hasPika(python))) return python;
  }
  return undefined;
}

async function hasPika(python: string): Promise<boolean> {
  return run(python, ['-c', 'import pika']).then(
    () => true,
    () => false,
  );
}
