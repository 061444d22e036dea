import { Command } from 'commander';
import { checkCommand } from './ledger-check.ts';
import { eraseCommand } from './ledger-erase.ts';
import { exportCommand } from './ledger-export.ts';
import { moveCommand } from './ledger-move.ts';
import { rebuildCommand } from './ledger-rebuild.ts';

/** `aftermath ledger`: looks after a ledger. */
export const ledgerCommand: Command = new Command('ledger')
  .summary('check a ledger, rebuild it from its log, export it, take an id out of it, move it to PostgreSQL')
  .description('Looks after the file or the database in which metric keeps what it has joined.')
  .helpOption('-h, --help', 'show this help')
  .helpCommand(false)
  .exitOverride()
  .addCommand(checkCommand)
  .addCommand(rebuildCommand)
  .addCommand(exportCommand)
  .addCommand(eraseCommand)
  .addCommand(moveCommand);
