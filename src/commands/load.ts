import type { Command } from 'commander';

/** Each command, in the order of the help: what it needs is loaded with it, and a report needs neither broker nor page. */
const LOADERS: readonly (readonly [name: string, load: () => Promise<Command>])[] = [
  ['run', async () => (await import('./run.ts')).runCommand],
  ['features', async () => (await import('./features.ts')).featuresCommand],
  ['model', async () => (await import('./model.ts')).modelCommand],
  ['metric', async () => (await import('./metric.ts')).metricCommand],
  ['plot', async () => (await import('./plot.ts')).plotCommand],
  ['inspect', async () => (await import('./inspect.ts')).inspectCommand],
  ['predict', async () => (await import('./predict.ts')).predictCommand],
  ['report', async () => (await import('./report.ts')).reportCommand],
  ['dead-letters', async () => (await import('./dead-letters.ts')).deadLettersCommand],
  ['ledger', async () => (await import('./ledger.ts')).ledgerCommand],
  ['permissions', async () => (await import('./permissions.ts')).permissionsCommand],
];

/** The command of this name alone, or all of them where there is none of that name: to show help, or to say what there is. */
export async function commandsFor(name: string | undefined): Promise<readonly Command[]> {
  const named = LOADERS.filter(([each]) => each === name);
  return Promise.all((named.length > 0 ? named : LOADERS).map(([, load]) => load()));
}
