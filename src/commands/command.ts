import { Command, CommanderError, Option } from 'commander';
import { SETTINGS, type SettingKey } from '../config.ts';
import type { ConfigFile } from '../service/config-file.ts';
import { AftermathError } from '../service/errors.ts';
import { flagName, variableName, type Setting } from '../service/setting.ts';
import { resolveSettings, type GivenFlags, type Settings } from '../service/settings.ts';

/** The settings of a command, by the keys it takes. */
export type CommandSettings<K extends SettingKey> = Settings<typeof SETTINGS, K>;

/** Ends with the exit code: 0 done, 1 failed, 2 wrong usage. */
export type Run = (argv: readonly string[], command: Command) => Promise<number>;

/** What every service says and where. */
export const SAYING = ['logLevel', 'logFormat'] as const satisfies readonly SettingKey[];

/** A command under the name and with the words of its help; `settings` of SETTINGS become its flags. */
export function command<const K extends SettingKey>(about: {
  readonly name: string;
  readonly arguments?: readonly (readonly [name: string, help: string])[];
  readonly summary: string;
  readonly help: string;
  readonly settings: readonly K[];
  /** Flags of this command alone that are no settings (`--json`): what it answers, not how it works. */
  readonly flags?: readonly Option[];
  readonly run: (call: {
    readonly settings: CommandSettings<K>;
    readonly arguments: readonly string[];
    readonly flags: Readonly<Record<string, unknown>>;
  }) => Promise<number>;
}): Command {
  const made = new Command(about.name)
    .summary(about.summary)
    .description(about.help)
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 110, 110) });
  for (const [name, help] of about.arguments ?? []) made.argument(name, help);
  for (const flag of about.flags ?? []) made.addOption(flag);
  for (const key of about.settings) made.addOption(option(key));
  if (about.settings.length > 0) {
    made.addOption(
      new Option('--config <file>', 'TOML file with settings, a line each (label-delay = "5s")').env(
        'AFTERMATH_CONFIG',
      ),
    );
    made.addHelpText(
      'after',
      '\nEvery setting is also a variable (--label-delay is AFTERMATH_LABEL_DELAY) and a line of the\nconfig file; the flag wins over the variable, the variable over the file.',
    );
  }
  made.action(async () => {
    const options: Record<string, unknown> = made.opts();
    const configPath = typeof options['config'] === 'string' ? options['config'] : undefined;
    const settings = resolveSettings(SETTINGS, about.settings, {
      flags: given(made, about.settings),
      environment: process.env,
      config: configPath === undefined ? undefined : await readConfig(configPath),
    });
    process.exitCode = await about.run({ settings, arguments: made.args, flags: options });
  });
  return made;
}

/** Few have one, and what reads it is loaded for them alone. */
async function readConfig(path: string): Promise<ConfigFile> {
  return (await import('../service/config-file.ts')).readConfigFile(path);
}

/** Settings of `SETTINGS` as commander's options; their texts are read by `resolveSettings`, not by commander. */
function option(key: SettingKey): Option {
  const setting: Setting<unknown> = SETTINGS[key];
  const isOnByDefault = setting.placeholder === undefined && setting.fallback === true;
  const name = isOnByDefault ? `--no-${flagName(key)}` : `--${flagName(key)}`;
  const help = isOnByDefault ? `do not ${setting.help}` : setting.help;
  const shown =
    setting.fallbackText === undefined || isOnByDefault ? help : `${help} (default: ${setting.fallbackText})`;
  const made = new Option(
    setting.placeholder === undefined ? name : `${name} <${setting.placeholder}>`,
    shown,
  );
  return setting.repeats
    ? made.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text])
    : made;
}

function given(made: Command, keys: readonly SettingKey[]): GivenFlags {
  const flags: Record<string, readonly string[]> = {};
  for (const key of keys) {
    if (made.getOptionValueSource(key) !== 'cli') continue;
    const value: unknown = made.getOptionValue(key);
    flags[key] = Array.isArray(value) ? value.map(String) : [String(value)];
  }
  return flags;
}

/** The value of a setting that this command cannot do without. @throws {AftermathError} `usage` when nobody gave it */
export function required<T>(value: T | undefined, key: SettingKey, why: string): T {
  if (value !== undefined) return value;
  throw new AftermathError(
    'usage',
    `Cannot ${why}: --${flagName(key)} is missing (or the variable ${variableName(key)}): ${SETTINGS[key].help}.`,
  );
}

/** Whether commander ended it itself: help and version were shown, or the usage was wrong and it said so. */
export function isCommanderEnd(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}
