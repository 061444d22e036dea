/** What loading a model file may cost. */
export interface LoadLimits {
  /** Size of the file as it lies there. */
  readonly fileBytesMax: number;
  /** What a compressed file may unpack to. A ratio above 200 is refused from 64 MiB on, whatever is set here. */
  readonly unpackedBytesMax: number;
  /** Pickle opcodes; the largest real files seen have some hundred thousand. */
  readonly opcodesMax: number;
  /** Wall-clock time before loading is given up. */
  readonly loadMsMax: number;
}

/** 512 MiB of file, 1 GiB unpacked, 16 million opcodes, 60 s. */
export const DEFAULT_LOAD_LIMITS: LoadLimits = {
  fileBytesMax: 512 * 2 ** 20,
  unpackedBytesMax: 2 ** 30,
  opcodesMax: 16_000_000,
  loadMsMax: 60_000,
};
