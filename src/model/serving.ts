import { stat } from 'node:fs/promises';
import type { Value } from '../wire/records.ts';
import { DEFAULT_LOAD_LIMITS } from './load-limits.ts';
import { loadModel } from './load.ts';
import { ModelLoadError } from './load-error.ts';
import { valueAt, type Predictor } from './predictor.ts';
import { readSidecar, sidecarPaths, stemOf, type SelfTest } from './sidecar.ts';
import { rowsToTable } from './table.ts';

/** A file that is to be served. */
export interface ModelFile {
  readonly path: string;
  /** Overrides what the sidecar says; without either the stem of the file is the name. */
  readonly name: string | undefined;
  readonly role: 'champion' | 'challenger';
}

/** A model as it serves: under a name, as champion or challenger, in one version. It is never changed, but replaced. */
export interface ServingModel {
  readonly path: string;
  readonly name: string;
  readonly role: 'champion' | 'challenger';
  /** What its predictions carry: as the sidecar says, else the first 12 hex digits of the file's sha256. */
  readonly version: string;
  readonly predictor: Predictor;
  /** What the files looked like before they were read: `fileMark`. */
  readonly mark: string | undefined;
}

/**
 * Loads a model file and sees that it is what its sidecar pins, and that it predicts what its self-test expects.
 *
 * @param signal gives up loading
 * @throws {ModelLoadError} names what was found and what was expected
 */
export async function openServing(file: ModelFile, signal?: AbortSignal): Promise<ServingModel> {
  const { path, role } = file;
  const mark = await fileMark(path);
  const sidecar = await readSidecar(path);
  const predictor = await loadModel(path, DEFAULT_LOAD_LIMITS, { signal });
  try {
    const { sha256 } = predictor.info;
    if (sidecar?.sha256 !== undefined && sidecar.sha256 !== sha256) {
      throw new ModelLoadError(
        `Cannot serve ${path}: its sha256 is ${sha256}, and ${sidecar.path} pins ${sidecar.sha256}`,
      );
    }
    const failure = sidecar?.selfTest && (await failureOf(predictor, sidecar.selfTest));
    if (failure !== undefined) {
      throw new ModelLoadError(
        `Cannot serve ${path}: it fails the self-test of ${sidecar?.path}: ${failure}`,
      );
    }
    const name = file.name ?? sidecar?.name ?? stemOf(path);
    return { path, name, role, version: sidecar?.version ?? sha256.slice(0, 12), predictor, mark };
  } catch (error) {
    await predictor[Symbol.asyncDispose]();
    throw error;
  }
}

/** Changes whenever a model file or its sidecar is written, replaced or removed; `undefined` while there is no model file. */
export async function fileMark(path: string): Promise<string | undefined> {
  const marks = await Promise.all(
    [path, ...sidecarPaths(path)].map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => undefined);
      return found && `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`;
    }),
  );
  return marks[0] === undefined ? undefined : marks.join(' ');
}

/** The first row of a self-test that comes out otherwise, in words. */
async function failureOf(predictor: Predictor, test: SelfTest): Promise<string | undefined> {
  const { info } = predictor;
  const said = await predictor.predict(rowsToTable(test.rows, info));
  for (const [row, expected] of test.predictions.entries()) {
    const reason = said.refused.get(row);
    if (reason !== undefined) return `row ${row + 1} is refused: it ${reason}`;
    const wanted = isArray(expected) ? expected : [expected];
    const found = info.outputs.map((_, output) => valueAt(info, said, row, output));
    if (
      wanted.length === found.length &&
      wanted.every((value, i) => isClose(found[i], value, test.tolerance))
    )
      continue;
    return `row ${row + 1} gives ${JSON.stringify(found.length === 1 ? found[0] : found)}, expected ${JSON.stringify(expected)}`;
  }
  return undefined;
}

function isClose(found: Value | undefined, expected: Value, tolerance: number): boolean {
  if (typeof found !== 'number' || typeof expected !== 'number') return found === expected;
  return Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

/** `Array.isArray` does not narrow a readonly array away. */
function isArray(expected: Value | readonly Value[]): expected is readonly Value[] {
  return Array.isArray(expected);
}
