import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { isCommanderEnd } from './commands/command.ts';
import { commandsFor } from './commands/load.ts';
import { AftermathError } from './service/errors.ts';
import { withoutPasswords } from './service/hidden-passwords.ts';
import { endWithReader } from './service/reader-gone.ts';

/** Exit codes: 0 done, 1 failed, 2 wrong usage; `READER_GONE` when nobody reads on. */
const FAILED = 1;
const WRONG_USAGE = 2;

endWithReader(process.stdout, process.stderr);

const program = new Command('aftermath')
  .description('Tells how wrong a model is while it runs: predictions meet the truth that arrives later.')
  .version(packageVersion(), '-V, --version', 'show the version')
  .helpOption('-h, --help', 'show this help')
  .helpCommand(false)
  .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 110, 110) })
  .exitOverride()
  .addHelpText(
    'after',
    '\n`aftermath run` shows it on data that comes with it; `aftermath COMMAND --help` tells the flags of one.',
  );
for (const made of await commandsFor(process.argv[2])) program.addCommand(made);
repeatNoPassword(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Commander repeats what it does not know, and that may be a URL in the wrong place. */
function repeatNoPassword(made: Command): void {
  made.configureOutput({ writeErr: (text) => process.stderr.write(withoutPasswords(text)) });
  for (const inner of made.commands) repeatNoPassword(inner);
}

function exitCodeOf(error: unknown): number {
  // Commander has said what was wrong, or has shown what was asked for.
  if (isCommanderEnd(error)) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (!(error instanceof AftermathError)) throw error;
  process.stderr.write(`aftermath: ${withoutPasswords(error.message)}\n`);
  return error.consequence === 'usage' ? WRONG_USAGE : FAILED;
}

function packageVersion(): string {
  const about: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return about !== null && typeof about === 'object' && 'version' in about
    ? String(about.version)
    : 'unknown';
}
