import { ModelLoadError } from '../load-error.ts';

const BASE_BYTES = 40 * 2 ** 20;
const BYTES_PER_UNPACKED_BYTE = 5;

/**
 * The memory that one file may make us allocate, taken from before each allocation.
 *
 * A worker's own limits do not cover array buffers, so nothing else would stop a small file that declares
 * large things. Together with the unpacked bytes it stays under 64 MB and 8 times what the file unpacks to.
 */
export class Budget {
  #bytesLeft: number;

  constructor(unpackedBytes: number) {
    this.#bytesLeft = BASE_BYTES + BYTES_PER_UNPACKED_BYTE * unpackedBytes;
  }

  /**
   * Sets bytes aside for what is about to be allocated.
   *
   * @throws {ModelLoadError} when the file asks for more than its size justifies
   */
  take(bytes: number): void {
    if (bytes > this.#bytesLeft) {
      throw new ModelLoadError('it asks for far more memory than a file of its size can need');
    }
    this.#bytesLeft -= bytes;
  }
}
