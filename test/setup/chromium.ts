import { install, mayInstall } from './apt.ts';
import { findProgram } from './find-program.ts';

/** Names the Chromium to use; the runner sets it for the test files. */
export const CHROMIUM_VARIABLE = 'AFTERMATH_TEST_CHROMIUM';

/** How it is started: as root, without a screen, and without asking anybody on the network. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium that the tests drive: the one that `AFTERMATH_TEST_CHROMIUM` names, an installed one, or apt's. */
export async function chromiumPath(): Promise<string> {
  const named = process.env[CHROMIUM_VARIABLE];
  if (named) return named;
  const found = installedChromium();
  if (found) return found;
  if (mayInstall()) await install('chromium').catch(() => {});
  const arrived = installedChromium();
  if (arrived) return arrived;
  throw new Error(
    `The tests need Chromium: install chromium (Debian: apt-get install chromium) or Google Chrome, or name one in ${CHROMIUM_VARIABLE}.`,
  );
}

function installedChromium(): string | undefined {
  return findProgram(
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  );
}
