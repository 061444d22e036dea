import { featureOf } from '../service/cells.ts';
import { readCsv } from '../service/csv.ts';
import { AftermathError } from '../service/errors.ts';
import { uniformBits } from '../stats/uniform-bits.ts';
import type { Cell } from '../wire/records.ts';
import { FeatureRows } from './feature-rows.ts';
import { rowsToTable } from './table.ts';

/** The features of a file. */
export interface FeatureFile {
  readonly names: readonly string[];
  /** All its rows, or an even sample of them. */
  readonly rows: FeatureRows;
  /** Rows in the file that could be read. */
  readonly total: number;
  /** Rows that could not. */
  readonly bad: number;
}

/** Which columns of a file are features. */
export interface FeatureColumns {
  /** These, in this order; absent: all columns with a name. */
  readonly features: readonly string[] | undefined;
  /** Never these: target, id, times, tags. */
  readonly others: readonly string[];
}

/**
 * Reads the features of a CSV file with a header, a chunk at a time. Of more than `rowsMax` rows an even sample is
 * kept, always the same one.
 *
 * @throws {AftermathError} `stop` when the file cannot be read or has no such column or no row
 */
export async function readFeatureFile(
  path: string,
  { features, others }: FeatureColumns,
  rowsMax: number,
): Promise<FeatureFile> {
  let names: readonly string[] = [];
  let places: readonly number[] = [];
  let rows: FeatureRows | undefined;
  let [total, bad] = [0, 0];
  const bits = uniformBits(SAMPLE_SEED);
  for await (const lines of readCsv(path)) {
    let from = 0;
    if (rows === undefined) {
      const header = (lines[0]?.cells ?? []).map((name) => name.trim());
      names = features ?? header.filter((name) => name !== '' && !others.includes(name));
      places = names.map((name) => placeOf(name, header, path));
      rows = new FeatureRows(names.length, rowsMax);
      from = 1;
    }
    const bodies: Cell[][] = [];
    for (const { cells, problem } of lines.slice(from)) {
      const body = problem === undefined ? places.map((place) => featureOf(cells[place] ?? '') ?? null) : [];
      if (problem === undefined) bodies.push(body);
      else bad++;
    }
    const table = rowsToTable(bodies, { featureCount: names.length, featureNames: undefined });
    const room = Math.min(bodies.length, rows.rowsMax - rows.count);
    if (room > 0) rows.append(table, { from: 0, to: room, atMs: 0 });
    for (let row = room; row < bodies.length; row++) {
      // Each row of the file so far is in the sample with the same chance (Vitter's algorithm R)
      const place = Math.floor((bits() / 2 ** 32) * (total + row + 1));
      if (place < rows.rowsMax) rows.replace(place, table, row);
    }
    total += bodies.length;
  }
  if (rows === undefined || total === 0) {
    throw new AftermathError('stop', `Cannot use the features of ${path}: it has no row below its header.`);
  }
  return { names, rows, total, bad };
}

const SAMPLE_SEED = 20_010_201;

function placeOf(name: string, header: readonly string[], path: string): number {
  const place = header.indexOf(name);
  if (place >= 0) return place;
  const found = header.filter((each) => each !== '').join(', ');
  throw new AftermathError(
    'stop',
    `Cannot use the features of ${path}: it has no column "${name}". Its columns are ${found}.`,
  );
}
