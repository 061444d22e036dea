import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';
import { loadBytes } from '../../../src/model/load.ts';
import type { LoadedModel, Predictions, Table } from '../../../src/model/predictor.ts';
import { readTable } from './golden.ts';

/** A real model file to damage, and what it says about some rows as long as it is whole. */
export interface Original {
  /** Path below the fixtures. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: LoadedModel;
  readonly table: Table;
  readonly said: Predictions;
}

const FOLDER = join(import.meta.dirname, '..', 'fixtures');
const ROWS_MAX = 16;
/** Here the container is what matters; everywhere else what is in it: a checksum would find nearly any damage. */
const AS_PACKED = /^sklearn-1\.4\.2/;

/** Names of the pickle, joblib, XGBoost and LightGBM files among the fixtures, in order. */
export function originalNames(): string[] {
  return globSync('{*sklearn*,varied*,lightgbm,xgboost}/**/*.{pkl,joblib,gz}', { cwd: FOLDER }).sort();
}

/** Reads one of them. */
export function originalOf(name: string): Original {
  const path = join(FOLDER, name);
  const file = readFileSync(path);
  const bytes = AS_PACKED.test(name) ? file : unpacked(file);
  const model = loadBytes(bytes);
  const golden = join(dirname(path), `${basename(path).split('.')[0]}.golden.json`);
  const { input } = JSON.parse(readFileSync(golden, 'utf8')) as { input?: string };
  const table = firstRows(readTable(join(dirname(path), input ?? 'X_test.csv'), model));
  return { name, bytes, model, table, said: model.predict(table) };
}

function unpacked(file: Uint8Array): Uint8Array {
  if (file[0] === 0x1f && file[1] === 0x8b) return gunzipSync(file);
  return file[0] === 0x78 ? inflateSync(file) : file;
}

function firstRows({ rows, width, values, cells, refused }: Table): Table {
  const count = Math.min(rows, ROWS_MAX);
  return {
    rows: count,
    width,
    values: values.slice(0, count * width),
    cells: cells && new Map(Array.from(cells, ([column, all]) => [column, all.slice(0, count)])),
    refused: new Map(Array.from(refused).filter(([row]) => row < count)),
  };
}
