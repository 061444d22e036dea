import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { install, mayInstall } from './apt.ts';
import { findProgram } from './find-program.ts';

const run = promisify(execFile);

export const PYTHON_VARIABLE = 'AFTERMATH_TEST_PYTHON';

/** A Python with pika, for the peers of the old kind: `AFTERMATH_TEST_PYTHON`, an installed one, or apt's. */
export async function pythonWithPika(): Promise<string> {
  const named = process.env[PYTHON_VARIABLE] ?? findProgram('python3');
  if (named && (await hasPika(named))) return named;
  if (mayInstall()) await install('python3-pika').catch(() => {});
  for (const python of [findProgram('python3'), '/usr/bin/python3']) {
    if (python && (await hasPika(python))) return python;
  }
  throw new Error(
    `The tests need Python with pika: install python3-pika (Debian, Ubuntu: apt-get install python3-pika), or name one in ${PYTHON_VARIABLE}.`,
  );
}

async function hasPika(python: string): Promise<boolean> {
  return run(python, ['-c', 'import pika']).then(
    () => true,
    () => false,
  );
}
