import { MissingWord, Words } from '../words.ts';
import { OID, binaryArray, textArray } from './binary-array.ts';
import type { Connection } from './connection.ts';
import { Contended, sqlState } from './failures.ts';

/**
 * The words of a ledger that many share. One that is new here has a code that another worker may give to another word at the same
 * time: until it is stored it is for writing alone.
 */
export class SharedWords extends Words {
  override text(code: number): string {
    if (code >= this.storedCount) throw new MissingWord(`The word ${code} is not known here yet`);
    return super.text(code);
  }
}

/** Takes in the words that any worker has stored since. */
export async function loadWords(connection: Connection, words: Words): Promise<void> {
  const { rows } = await connection.run('SELECT code, text FROM word WHERE code >= $1 ORDER BY code', [
    words.storedCount,
  ]);
  words.load(rows.map(([, text]) => String(text)));
}

/**
 * Stores the words that are new, within the transaction of the entries that use them.
 *
 * @throws {Contended} when another worker has given one of their codes meanwhile
 */
export async function storeWords(connection: Connection, words: Words): Promise<void> {
  const { first, texts } = words.fresh();
  if (texts.length === 0) return;
  const codes = texts.map((_, i) => {
    const code = Buffer.alloc(4);
    code.writeInt32BE(first + i);
    return code;
  });
  try {
    await connection.run('INSERT INTO word (code, text) SELECT * FROM unnest($1::int4[], $2::text[])', [
      binaryArray(OID.int4, codes),
      textArray(texts),
    ]);
  } catch (error) {
    if (sqlState(error) === '23505')
      throw new Contended('another worker has stored a word', { cause: error });
    throw error;
  }
}
