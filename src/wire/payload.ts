/**
 * The body of one message: bytes on a wire, or the records themselves inside one process.
 *
 * A publisher that has records makes a lazy payload. A broker that crosses a process asks for `bytes()`;
 * the in-memory broker never does, so a row is not written as JSON only to be read back. Both give the
 * same records: a test encodes and decodes each kind.
 */
export class Payload {
  /** The records this payload was made from, or `undefined` when only bytes are known. */
  readonly records: readonly unknown[] | undefined;
  #bytes: Uint8Array | undefined;
  readonly #encode: (() => Uint8Array) | undefined;

  private constructor(
    bytes: Uint8Array | undefined,
    records: readonly unknown[] | undefined,
    encode: (() => Uint8Array) | undefined,
  ) {
    this.#bytes = bytes;
    this.records = records;
    this.#encode = encode;
  }

  /** A message as it came off a wire. */
  static ofBytes(bytes: Uint8Array): Payload {
    return new Payload(bytes, undefined, undefined);
  }

  /** A message still to be encoded. The records must not be changed afterwards. */
  static ofRecords<R>(records: readonly R[], encode: (records: readonly R[]) => Uint8Array): Payload {
    return new Payload(undefined, records, () => encode(records));
  }

  /** Any JSON value, for example a snapshot or a task. */
  static ofJson(value: unknown): Payload {
    return Payload.ofBytes(Buffer.from(JSON.stringify(value)));
  }

  /**
   * The bytes of the message: UTF-8 JSON. Encoded at the first call.
   *
   * @throws {RangeError} when its consumer has acknowledged it and its memory was given back
   */
  bytes(): Uint8Array {
    this.#bytes ??= this.#encode?.() ?? new Uint8Array();
    const { buffer } = this.#bytes;
    if (buffer instanceof ArrayBuffer && buffer.detached)
      throw new RangeError('Cannot read a message that was acknowledged: its memory was given back');
    return this.#bytes;
  }
}
