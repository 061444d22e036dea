import type { Command } from 'commander';

/**
 * The command of this name alone, or all of them where there is none of that name: to show help, or to say what there is.
 * What a command needs is loaded with it, and a report needs neither broker nor page.
 */
export async function commandsFor(name: string | undefined): Promise<readonly Command[]> {
  if (name === 'report') return [(await import('./report.ts')).reportCommand];
  if (name === 'predict') return [(await import('./predict.ts')).predictCommand];
  if (name === 'inspect') return [(await import('./inspect.ts')).inspectCommand];
  return (await import('./all.ts')).COMMANDS;
}
