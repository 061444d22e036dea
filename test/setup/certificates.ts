import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { install, mayInstall } from './apt.ts';
import { findProgram } from './find-program.ts';

/** PEM files of a certificate and its private key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of this test's own, with the files of what it has signed. Give it back with `await using`. */
export interface Authority extends AsyncDisposable {
  /** PEM file with its own certificate. */
  readonly ca: string;
  readonly folder: string;
  /**
   * Signs a certificate.
   *
   * @param about.name the common name, and the name of the files
   * @param about.hosts alternative names, `DNS:localhost` or `IP:127.0.0.1`. Default: none
   * @param about.days valid from now on; negative: expired. Default 1
   */
  sign(about: {
    readonly name: string;
    readonly hosts?: readonly string[];
    readonly days?: number;
  }): Promise<Certificate>;
}

/** Makes an authority in a folder of its own. The keys are of a curve: they are made at once. */
export async function authority(name: string): Promise<Authority> {
  const program = await openssl();
  const folder = await mkdtemp(join(tmpdir(), `aftermath-authority-${process.pid}-`));
  const run = (...args: readonly string[]): Promise<unknown> =>
    promisify(execFile)(program, args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const basics = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  const own = ['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`];
  await run('req', '-x509', ...key, ...own, ...basics);
  return {
    ca: join(folder, 'ca.pem'),
    folder,
    async sign({ name: subject, hosts = [], days = 1 }) {
      const [cert, secret, request, extensions] = ['pem', 'key', 'csr', 'ext'].map(
        (end) => `${subject}.${end}`,
      );
      await run('req', ...key, '-keyout', `${secret}`, '-out', `${request}`, '-subj', `/CN=${subject}`);
      const names = hosts.length === 0 ? [] : [`subjectAltName=${hosts.join(',')}`];
      await writeFile(join(folder, `${extensions}`), ['basicConstraints=CA:FALSE', ...names, ''].join('\n'));
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days)];
      await run(
        'x509',
        '-req',
        '-in',
        `${request}`,
        ...signing,
        '-extfile',
        `${extensions}`,
        '-out',
        `${cert}`,
      );
      return { cert: join(folder, `${cert}`), key: join(folder, `${secret}`) };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openssl(): Promise<string> {
  const found = findProgram('openssl');
  if (found) return found;
  if (mayInstall()) await install('openssl').catch(() => {});
  const arrived = findProgram('openssl');
  if (arrived) return arrived;
  throw new Error('The tests need openssl, to make certificates: install it.');
}
