import { readFileSync } from 'node:fs';
import { parse as parseToml, TomlError } from 'smol-toml';
import { AftermathError, whyUnreadable } from './errors.ts';

/** A config file as it was read: values by the names of flags. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads a TOML file.
 *
 * @throws {AftermathError} `usage` when it cannot be read or is no TOML
 */
export function readConfigFile(path: string): ConfigFile {
  try {
    return { path, values: parseToml(readFileSync(path, 'utf8')) };
  } catch (error) {
    // Without the lines that it shows: what stands in them may be a password.
    const why = error instanceof TomlError ? badLine(error) : whyUnreadable(error);
    throw new AftermathError('usage', `Cannot read the config file ${path}: ${why}.`, { cause: error });
  }
}

function badLine({ message, line, column }: TomlError): string {
  const what = message.split('\n', 1)[0]?.replace(/^Invalid TOML document: /, '') ?? '';
  return `${what} (line ${line}, column ${column})`;
}
