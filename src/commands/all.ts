import type { Command } from 'commander';
import { deadLettersCommand } from './dead-letters.ts';
import { featuresCommand } from './features.ts';
import { inspectCommand } from './inspect.ts';
import { ledgerCommand } from './ledger.ts';
import { metricCommand } from './metric.ts';
import { modelCommand } from './model.ts';
import { permissionsCommand } from './permissions.ts';
import { plotCommand } from './plot.ts';
import { predictCommand } from './predict.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  runCommand,
  featuresCommand,
  modelCommand,
  metricCommand,
  plotCommand,
  inspectCommand,
  predictCommand,
  reportCommand,
  deadLettersCommand,
  ledgerCommand,
  permissionsCommand,
];
