import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AftermathError, codeOf, messageOf } from '../service/errors.ts';
import { bundlePage } from './page-bundle.ts';

/** One file of the page. */
export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Changes with the body. */
  readonly etag: string;
}

/** Paths of the page's files; there are no others. */
export const PAGE_PATHS = [
  '/',
  '/page.css',
  '/page.js',
  '/favicon.svg',
  '/fonts/Inter-Regular.otf',
  '/fonts/Inter-SemiBold.otf',
] as const;
export type PagePath = (typeof PAGE_PATHS)[number];

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  otf: 'font/otf',
};

/**
 * A file of the page. Read, and in the clone the script bundled, at the first call; then from memory.
 *
 * @throws {AftermathError} `retry`: it cannot be read or bundled
 */
export function pageFile(path: PagePath): Promise<PageFile> {
  let file = files.get(path);
  if (file === undefined) {
    file = load(path).catch((error: unknown) => {
      files.delete(path);
      throw new AftermathError('retry', `Cannot read the page's ${path}: ${messageOf(error)}`, {
        cause: error,
      });
    });
    files.set(path, file);
  }
  return file;
}

const files = new Map<PagePath, Promise<PageFile>>();

async function load(path: PagePath): Promise<PageFile> {
  const name = path === '/' ? 'page/index.html' : path.startsWith('/fonts/') ? path.slice(1) : `page${path}`;
  const body = await read(name);
  return {
    body,
    type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`,
  };
}

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(new URL(`./${name}`, import.meta.url)));
  } catch (error) {
    if (name !== 'page/page.js' || codeOf(error) !== 'ENOENT') throw error;
    return new TextEncoder().encode(await bundlePage());
  }
}
