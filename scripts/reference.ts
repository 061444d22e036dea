/**
 * The reference of commands and settings, as `docs/reference.md` has it: made from the commands themselves.
 *
 * Usage: npm run reference
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsFor } from '../src/commands/load.ts';
import { SETTINGS, type SettingKey } from '../src/config.ts';
import { flagName, type Setting } from '../src/service/setting.ts';

const REFERENCE_PATH = join(import.meta.dirname, '..', 'docs', 'reference.md');

/** The commands that do something, those within others under both names. */
const RUNNABLE = (await commandsFor(undefined)).flatMap((made) =>
  made.commands.length === 0
    ? [{ name: made.name(), made }]
    : made.commands.map((inner) => ({ name: `${made.name()} ${inner.name()}`, made: inner })),
);

/** The whole of `docs/reference.md`. */
export function reference(): string {
  const commands = RUNNABLE.map(({ name, made }) => {
    const args = made.registeredArguments.map(
      (argument) =>
        ` ${argument.required ? '' : '['}${argument.name().toUpperCase()}${argument.required ? '' : ']'}`,
    );
    return `| \`aftermath ${name}${args.join('')}\` | ${made.summary()} |`;
  });
  const settings = Object.keys(SETTINGS).map((key) => row(key as SettingKey));
  return `# Commands and settings

Made by \`npm run reference\` from the commands themselves; \`aftermath COMMAND --help\` tells the same.

| command | what it does |
|---|---|
${commands.join('\n')}

Exit codes: 0 done, 1 failed, 2 wrong usage, 141 when nobody reads on (\`… | head\`). \`--json\`, where a command has it, is for machines.

## Settings

A setting is a flag (\`--label-delay 5s\`), a variable (\`AFTERMATH_LABEL_DELAY=5s\`) or a line of the TOML file that
\`--config\` names (\`label-delay = "5s"\`); the flag wins over the variable, the variable over the file. A name that
does not exist is refused, wherever it stands. \`RABBITMQ_URL\` says which broker where \`--broker\` does not; \`run\`
does not read it: a demonstration must not end up in somebody's production.

Durations are numbers with a unit: \`250ms\`, \`5s\`, \`10m\`, \`2h\`, \`7d\`.

| flag | meaning | default | for |
|---|---|---|---|
${settings.join('\n')}
`;
}

function row(key: SettingKey): string {
  const setting: Setting<unknown> = SETTINGS[key];
  const isOnByDefault = setting.placeholder === undefined && setting.fallback === true;
  const flag = `--${isOnByDefault ? 'no-' : ''}${flagName(key)}${setting.placeholder === undefined ? '' : ` ${setting.placeholder}`}`;
  const users = RUNNABLE.filter(({ made }) => made.options.some((option) => option.attributeName() === key));
  const names = users.map(({ name }) => name);
  const help = isOnByDefault ? `do not ${setting.help}` : setting.help;
  return `| \`${flag.replaceAll('|', '\\|')}\` | ${help.replaceAll('|', '\\|').replaceAll('<', '&lt;')} | ${setting.fallbackText ?? ''} | ${names.join(', ')} |`;
}

if (import.meta.main) writeFileSync(REFERENCE_PATH, reference());
