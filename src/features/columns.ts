import { AftermathError } from '../service/errors.ts';
import { numberOf } from '../service/cells.ts';
import type { DatasetSettings } from './settings.ts';

/** Which cell of a row is what. Places count from 0. */
export interface Columns {
  /** Cells that a row must have. */
  readonly count: number;
  readonly target: number | undefined;
  readonly id: number | undefined;
  readonly time: number | undefined;
  readonly truthTime: number | undefined;
  /** In the order in which they are sent. */
  readonly features: readonly Column[];
  readonly tags: readonly Column[];
}

/** A column by name and place; the first place is 0. */
export interface Column {
  readonly name: string;
  readonly place: number;
}

/** The settings that name columns. */
export type ColumnNames = Pick<DatasetSettings, 'target' | 'id' | 'time' | 'truthTime' | 'features' | 'tags'>;

/**
 * Finds the columns that the settings name in a file's header. A first column without a name is an index, as
 * pandas writes it, and no feature.
 *
 * @param header the cells of the first row
 * @throws {AftermathError} `stop` when it is no header, when a name is missing or comes twice, or when a
 *   column that was asked for is not there (the error lists those that are)
 */
export function chooseColumns(header: readonly string[], names: ColumnNames, path: string): Columns {
  const columns = header.map((name, place) => ({ name: name.trim(), place }));
  mustBeHeader(columns, path);
  const find = (name: string, what: string): Column => {
    const found = columns.find((column) => column.name === name.trim());
    if (found) return found;
    throw unusable(path, `it has no column "${name}" (${what}). Its columns are ${listed(columns)}.`);
  };
  const placeOf = (name: string | undefined, what: string): number | undefined =>
    name === undefined ? undefined : find(name, what).place;
  const places = {
    target: placeOf(names.target, 'the target'),
    id: placeOf(names.id, 'the id'),
    time: placeOf(names.time, 'the time'),
    truthTime: placeOf(names.truthTime, 'the time of the truth'),
  };
  const tags = names.tags.map((name) => find(name, 'a tag'));
  const taken = new Set([...Object.values(places), ...tags.map(({ place }) => place)]);
  const features = names.features
    ? names.features.map((name) => find(name, 'a feature'))
    : columns.filter(({ name, place }) => name !== '' && !taken.has(place));
  if (features.length === 0)
    throw unusable(path, `no column is left to predict from. Its columns are ${listed(columns)}.`);
  if (places.target !== undefined && features.some(({ place }) => place === places.target))
    throw unusable(path, `column "${names.target}" is both the target and a feature. Name it once.`);
  return { count: columns.length, ...places, features, tags };
}

function mustBeHeader(columns: readonly Column[], path: string): void {
  if (columns.every(({ name }) => numberOf(name) !== undefined))
    throw unusable(
      path,
      'its first line is all numbers, not a header. Put a line with the column names first.',
    );
  for (const { name, place } of columns) {
    if (name === '' && place > 0)
      throw unusable(path, `column ${place + 1} of its header has no name. Give it one.`);
    if (name.includes('\uFFFD') || name.includes('\0'))
      throw unusable(path, `its header is not text in UTF-8 (column ${place + 1}). Save it as CSV in UTF-8.`);
    const first = columns.findIndex((other) => other.name === name);
    if (first < place)
      throw unusable(
        path,
        `columns ${first + 1} and ${place + 1} of its header are both "${name}". Rename one.`,
      );
  }
}

const LISTED_MAX = 50;

function listed(columns: readonly Column[]): string {
  const names = columns.filter(({ name }) => name !== '').map(({ name }) => `"${name}"`);
  const more = names.length - LISTED_MAX;
  return more > 0 ? `${names.slice(0, LISTED_MAX).join(', ')} and ${more} more` : names.join(', ');
}

function unusable(path: string, found: string): AftermathError {
  return new AftermathError('stop', `Cannot use data file ${path}: ${found}`);
}
