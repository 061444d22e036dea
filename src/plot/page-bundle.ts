import { fileURLToPath } from 'node:url';

/**
 * The page's TypeScript and all that it uses as one script. Needs esbuild, which is there in the clone; in
 * the package the script lies ready (`scripts/build-page.ts`).
 *
 * @throws when esbuild is not installed or finds an error
 */
export async function bundlePage(): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'inline',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
