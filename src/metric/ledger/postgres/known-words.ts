import { MissingWord, type Words } from '../words.ts';
import type { Connection } from './connection.ts';
import { loadWords } from './words.ts';

/** Reads something that may hold words which another worker has stored since: then those are read first, and it again. */
export async function readKnowingWords<T>(connection: Connection, words: Words, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MissingWord)) throw error;
    await loadWords(connection, words);
    return read();
  }
}
