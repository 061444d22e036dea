/** What reading a message needs beside it. */
export interface DecodeOptions {
  /** The clock, milliseconds since 1970-01-01 UTC: a `time` more than a day ahead of it is refused. */
  readonly nowMs: number;
  /** A message of more bytes is refused whole; default `MESSAGE_BYTES_MAX`. */
  readonly bytesMax?: number;
}

/** A message of more bytes is refused unless told otherwise: 8 MiB. */
export const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
