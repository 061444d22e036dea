import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The 442 rows that come with the project. */
export const DIABETES = fileURLToPath(new URL('../../examples/diabetes/diabetes.csv', import.meta.url));

/** A folder for one test. Give it back with `await using`. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
  /** Writes a file into it and gives its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
}

/** A new empty folder. */
export async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'aftermath-features-'));
  return {
    path,
    async write(name, content) {
      await writeFile(join(path, name), content);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
