/** What a shell sees of a program that ended because nobody read on: 128 + SIGPIPE. Not 0: the work may not be done. */
export const READER_GONE = 141;

/**
 * Ends the process quietly once nobody reads what it says (`… | head`), as SIGPIPE ends other programs: Node ignores that
 * signal, and the write fails instead. Any other failure to write is thrown.
 */
export function endWithReader(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(READER_GONE);
    });
  }
}
