import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { install, mayInstall } from './apt.ts';
import { findProgram } from './find-program.ts';

/** Where the PostgreSQL that a test run shares is; the runner hands it to every test file, or whoever runs the tests names one. */
export const POSTGRES_VARIABLE = 'AFTERMATH_TEST_POSTGRES_URL';

/**
 * The folder with PostgreSQL's own programs: on PATH, where Debian keeps them, or what apt installs where it may.
 *
 * @throws when there is none; the message says what to install
 */
export async function postgresPrograms(): Promise<string> {
  const found = installedPrograms();
  if (found !== undefined) return found;
  if (mayInstall()) await install('postgresql').catch(() => {});
  const arrived = installedPrograms();
  if (arrived !== undefined) return arrived;
  throw new Error(
    'The tests need a PostgreSQL: install postgresql (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql), ' +
      `or name one, with the right to make databases, in ${POSTGRES_VARIABLE}.`,
  );
}

/** Debian keeps every version's server programs off PATH. */
function installedPrograms(): string | undefined {
  const onPath = findProgram('initdb');
  if (onPath !== undefined) return dirname(onPath);
  for (const version of namesIn(DEBIAN).sort((a, b) => Number(b) - Number(a))) {
    const programs = join(DEBIAN, version, 'bin');
    if (namesIn(programs).includes('initdb')) return programs;
  }
  return undefined;
}

const DEBIAN = '/usr/lib/postgresql';

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
