/** What can be switched off, or made to happen, in a process of ours from outside: a file of this folder each. */
export type Safety = 'auto-ack' | 'unconfirmed' | 'unreturned' | 'cursor-apart' | 'killed-in-commit';

/** Variables of a process that is to run so. The program itself knows nothing of it. */
export function safetyOff(...what: readonly Safety[]): Readonly<Record<string, string>> {
  const imports = what.map((name) => `--import=${new URL(`${name}.ts`, import.meta.url).href}`);
  return { NODE_OPTIONS: imports.join(' ') };
}
