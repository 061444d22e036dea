import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { ModelLoadError } from '../load-error.ts';
import type { LoadLimits } from '../load-limits.ts';

/** A file's content once it is unpacked, and how it was packed. */
export interface Unpacked {
  readonly bytes: Uint8Array;
  readonly packing: 'raw' | 'gzip' | 'zlib' | 'zstd';
}

const FREE_BYTES = 64 * 2 ** 20;
const RATIO_MAX = 200;

/**
 * Undoes the compression that joblib, or the user, put around a file, recognised by its first bytes.
 *
 * @throws {ModelLoadError} when it is damaged, unpacks to more than the limits allow, or is of a kind that Node cannot inflate
 */
export function unpack(file: Uint8Array, limits: LoadLimits): Unpacked {
  const [first, second, third, fourth] = file;
  if (first === 0x1f && second === 0x8b) return { bytes: inflate(gunzipSync, file, limits), packing: 'gzip' };
  if (first === 0x78 && (0x7800 + (second ?? 1)) % 31 === 0) {
    return { bytes: inflate(inflateSync, file, limits), packing: 'zlib' };
  }
  if (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd) {
    return { bytes: inflate(zstdDecompressSync, file, limits), packing: 'zstd' };
  }
  const unknown = unknownPacking(file);
  if (unknown !== undefined) {
    throw new ModelLoadError(
      `it is compressed with ${unknown}, which we cannot unpack; save it with joblib.dump(model, path, compress=('gzip', 3)) or uncompressed`,
    );
  }
  return { bytes: file, packing: 'raw' };
}

function inflate(
  decompress: typeof gunzipSync | typeof brotliDecompressSync,
  file: Uint8Array,
  limits: LoadLimits,
): Uint8Array {
  const maxOutputLength = Math.min(limits.unpackedBytesMax, Math.max(FREE_BYTES, RATIO_MAX * file.length));
  try {
    return decompress(file, { maxOutputLength });
  } catch (error) {
    if (
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    ) {
      throw new ModelLoadError(
        `it unpacks to more than ${Math.floor(maxOutputLength / 2 ** 20)} MiB, more than it may`,
      );
    }
    throw new ModelLoadError('its compressed content is damaged', { cause: error });
  }
}

function unknownPacking(file: Uint8Array): string | undefined {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(6, file.length)).toString('latin1');
  if (start.startsWith('BZh')) return 'bzip2';
  if (start.startsWith('\xfd7zXZ')) return 'xz';
  if (start.startsWith('\x5d\x00\x00')) return 'lzma';
  if (start.startsWith('\x04\x22\x4d\x18')) return 'lz4';
  if (start.startsWith('PK\x03\x04')) return 'zip';
  return undefined;
}
