import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { API } from 'typescript/unstable/sync';
import type { Node, SourceFile } from 'typescript/unstable/ast';

/** The root of the project. */
export const ROOT: string = join(import.meta.dirname, '..', '..');

/** Not ours, or made from what is. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'logs', 'test-results']);

/** A file of the project, its path from the root with `/` between the folders. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** A TypeScript file with its syntax tree. */
export interface Source extends TextFile {
  readonly tree: SourceFile;
}

/** Every file whose name ends in one of `endings`. */
export function textFiles(...endings: readonly string[]): TextFile[] {
  return listFiles('')
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Every TypeScript file, parsed. Nothing is resolved or checked, so this takes well below a second. */
export function sources(): Source[] {
  const files = textFiles('.ts');
  const config = join(ROOT, 'tidy.tsconfig.json');
  const options = { noLib: true, noResolve: true, types: [], module: 'nodenext' };
  const parsed = JSON.stringify({ compilerOptions: options, files: files.map((file) => file.path) });
  const api = new API({ cwd: ROOT, fs: { readFile: (path) => (path === config ? parsed : undefined) } });
  try {
    const program = api.updateSnapshot({ openProjects: [config] }).getProject(config)?.program;
    return files.map((file) => {
      const tree = program?.getSourceFile(join(ROOT, file.path));
      if (tree === undefined) throw new Error(`Cannot parse ${file.path}: the compiler does not know it`);
      return { ...file, tree };
    });
  } finally {
    api.close();
  }
}

/** `src/x.ts:12`, for a message. */
export function placeOf({ path, tree }: Source, node: Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;
}

/** The node and everything below it. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  const children: Node[] = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** Path from the root of what a file names relatively: `../wire/id.ts` in `src/model/stage.ts` → `src/wire/id.ts`. */
export function resolveFrom(path: string, relative: string): string {
  return posix.normalize(posix.join(dirname(path), relative));
}

function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}
