import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { codeOf, messageOf } from '../service/errors.ts';
import type { Cell, Features, Value } from '../wire/records.ts';
import { ModelLoadError } from './load-error.ts';

/** What its owner says about a model file, in `NAME.model.json` beside it. All of it is optional. */
export interface Sidecar {
  readonly path: string;
  /** Of the model file, 64 hex digits: another file is not served. */
  readonly sha256: string | undefined;
  /** The name it is served under, unless the command line gives one. */
  readonly name: string | undefined;
  /** What its predictions carry as `version`, instead of the first 12 digits of the sha256. */
  readonly version: string | undefined;
  readonly selfTest: SelfTest | undefined;
}

/** Rows and what must be predicted for them before the model serves. */
export interface SelfTest {
  readonly rows: readonly Features[];
  /** One a row; an array for a model of several outputs. */
  readonly predictions: readonly (Value | readonly Value[])[];
  /** |found − expected| ≤ tolerance · max(1, |expected|), for numbers. */
  readonly tolerance: number;
}

/** The default name of a model: its file's without folder, extension and compression. */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.(gz|z)$/i, '')
    .replace(/\.[^.]+$/, '');
}

/** Where the sidecar of a model file may lie: the whole name of the file before `.model.json`, or its stem. */
export function sidecarPaths(modelPath: string): readonly string[] {
  const names = new Set([basename(modelPath), stemOf(modelPath)]);
  return Array.from(names, (name) => join(dirname(modelPath), `${name}.model.json`));
}

/**
 * Reads the sidecar of a model file; `undefined` when it has none.
 *
 * @throws {ModelLoadError} when it cannot be read, or says something that is not known: a pin with a typing error
 *   must not go unnoticed
 */
export async function readSidecar(modelPath: string): Promise<Sidecar | undefined> {
  for (const path of sidecarPaths(modelPath)) {
    const text = await readText(path);
    if (text === undefined) continue;
    const said = SIDECAR.safeParse(parse(path, text));
    if (said.success) {
      const { sha256, name, version, selfTest } = said.data;
      return { path, sha256: sha256?.toLowerCase(), name, version, selfTest };
    }
    const [issue] = said.error.issues;
    const where = issue?.path.join('.');
    throw new ModelLoadError(
      `Cannot read ${path}: ${where === undefined || where === '' ? '' : `${where}: `}${issue?.message}. ` +
        'It may have sha256, name, version, and selfTest with rows, predictions and tolerance.',
    );
  }
  return undefined;
}

const SIDECAR_BYTES_MAX = 16 * 2 ** 20;

async function readText(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > SIDECAR_BYTES_MAX) {
      throw new ModelLoadError(`Cannot read ${path}: it has more than ${SIDECAR_BYTES_MAX} bytes`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ModelLoadError) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new ModelLoadError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ModelLoadError(`Cannot read ${path}: it is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** As on the wire: JSON knows no NaN, so a missing value is null. */
const CELL: z.ZodType<Cell> = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const VALUE: z.ZodType<Value> = z.union([z.number(), z.string(), z.boolean()]);
/** A name travels in every prediction, and is a label of figures. */
const NAME = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, hyphens and underscores');

const SELF_TEST = z
  .strictObject({
    rows: z.array(z.union([z.array(CELL), z.record(z.string(), CELL)])).min(1),
    predictions: z.array(z.union([VALUE, z.array(VALUE)])),
    tolerance: z.number().min(0).default(1e-9),
  })
  .refine(
    ({ rows, predictions }) => rows.length === predictions.length,
    'expected as many predictions as rows',
  );

const SIDECAR = z.strictObject({
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hex digits')
    .optional(),
  name: NAME.optional(),
  version: z.string().min(1).max(64).optional(),
  selfTest: SELF_TEST.optional(),
});
