import { createHash } from 'node:crypto';
import { identify } from './formats/identify.ts';
import type { ParsedModel } from './formats/served.ts';
import type { LoadLimits } from './load-limits.ts';

/** What a file holds, as plain data, with its sha256. */
export interface ParsedFile {
  readonly parsed: ParsedModel;
  readonly sha256: string;
}

/**
 * Reads the bytes of a model file into plain data, having seen that it can be built.
 *
 * @throws {ModelLoadError} whose message is only the reason
 */
export function parseFile(file: Uint8Array, limits: LoadLimits): ParsedFile {
  return { parsed: identify(file, limits), sha256: createHash('sha256').update(file).digest('hex') };
}
