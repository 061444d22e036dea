import type { ConfigFile } from './config-file.ts';
import { AftermathError } from './errors.ts';
import { flagName, parseSetting, variableName, type Setting } from './setting.ts';

/** Texts as they were given on the command line, by key of the setting; a switch is `['true']` or `['false']`. */
export type GivenFlags = Readonly<Record<string, readonly string[]>>;

/** A table of settings: what a command's settings are chosen from. */
export type Table = Readonly<Record<string, Setting<unknown>>>;

/** The values of a table. */
export type Values<S extends Table> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** Values, and which of them somebody set (the rest are defaults). */
export interface Settings<S extends Table, K extends keyof S> {
  readonly values: Pick<Values<S>, K>;
  readonly isSet: (key: K) => boolean;
}

/**
 * Settles every setting of a command: the flag wins over the variable, the variable over the line in the
 * config file, that over the default.
 *
 * Variables and lines may name any setting of the table, so that one file serves all four services; a name
 * that is not in the table is refused.
 *
 * @param source.config a file with the flags' names as keys, or `undefined`
 * @throws {AftermathError} `usage`, naming the setting, what was found and what was expected
 */
export function resolveSettings<S extends Table, const K extends keyof S & string>(
  table: S,
  keys: readonly K[],
  source: {
    readonly flags: GivenFlags;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly config: ConfigFile | undefined;
  },
): Settings<S, K> {
  const variables = readVariables(table, source.environment);
  const lines = source.config === undefined ? new Map<string, Given>() : readLines(table, source.config);
  const set = new Set<string>();
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(table)) {
    const flag = source.flags[key];
    const given = flag === undefined ? undefined : { texts: flag, where: `--${flagName(key)}` };
    // Each is read even where a stronger one wins: a malformed setting is an error wherever it stands.
    const read = [lines.get(key), variables.get(key), given].map(
      (g) => g && parseSetting(setting, g.texts, g.where),
    );
    const winner = read.findLast((value) => value !== undefined);
    if (winner !== undefined) set.add(key);
    values[key] = winner ?? setting.fallback;
  }
  const chosen = Object.fromEntries(keys.map((key) => [key, values[key]]));
  return { values: chosen as Pick<Values<S>, K>, isSet: (key) => set.has(key) };
}

interface Given {
  readonly texts: readonly string[];
  readonly where: string;
}

/** Ours, but no settings: read by the test set-up, and by the command line itself. */
const OTHER_VARIABLES = /^AFTERMATH_(TEST_|BENCH_|CONFIG$)/;

function readVariables(
  table: Table,
  environment: Readonly<Record<string, string | undefined>>,
): Map<string, Given> {
  const known = new Map(Object.keys(table).map((key) => [variableName(key), key]));
  const given = new Map<string, Given>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !name.startsWith('AFTERMATH_') || OTHER_VARIABLES.test(name)) continue;
    const key = known.get(name);
    if (key === undefined) throw unknown(`the variable ${name}`, name, [...known.keys()]);
    given.set(key, { texts: [value], where: `the variable ${name}` });
  }
  return given;
}

function readLines(table: Table, { path, values }: ConfigFile): Map<string, Given> {
  const known = new Map(Object.keys(table).map((key) => [flagName(key), key]));
  const given = new Map<string, Given>();
  for (const [name, value] of Object.entries(values)) {
    const where = `"${name}" in ${path}`;
    const key = known.get(name);
    if (key === undefined) throw unknown(where, name, [...known.keys()]);
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.map((v) => (typeof v === 'string' ? v : JSON.stringify(v)));
    given.set(key, { texts, where });
  }
  return given;
}

function unknown(where: string, name: string, known: readonly string[]): AftermathError {
  const near = known.filter((k) => distance(k, name) <= 3);
  const hint =
    near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ' `aftermath --help` lists the settings.';
  return new AftermathError('usage', `Cannot use ${where}: there is no such setting.${hint}`);
}

/** Levenshtein distance: how many letters have to be changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
