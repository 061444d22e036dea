import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { postgresAddress } from '../../src/metric/ledger/postgres/address.ts';
import { Connection } from '../../src/metric/ledger/postgres/connection.ts';
import { explained } from '../../src/metric/ledger/postgres/failures.ts';
import { AftermathError, messageOf } from '../../src/service/errors.ts';
import { authority, type Authority, type Certificate } from '../setup/certificates.ts';
import { PostgresServer } from '../setup/postgres-server.ts';

const SECRET = 'tops3cret/with@all:of%them';

/** A copy in a folder that the server's user may read; PostgreSQL refuses a key that others could read. */
function forServer(folder: string, file: string): string {
  const copy = join(folder, file.split('/').at(-1) ?? '');
  copyFileSync(file, copy);
  chmodSync(copy, 0o600);
  if (process.getuid?.() === 0) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(copy, id('-u'), id('-g'));
  }
  return copy;
}

/** A server that speaks TLS with this certificate, and lets in as the lines of pg_hba.conf say. */
async function serverWith(
  ca: Authority,
  certificate: Certificate,
  access: readonly string[],
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'aftermath-postgres-tls-'));
  chmodSync(folder, 0o755);
  const hba = join(folder, 'pg_hba.conf');
  writeFileSync(hba, ['host all postgres 127.0.0.1/32 trust', ...access, ''].join('\n'), { mode: 0o644 });
  return PostgresServer.start(
    'ssl = on',
    `ssl_cert_file = '${forServer(folder, certificate.cert)}'`,
    `ssl_key_file = '${forServer(folder, certificate.key)}'`,
    `ssl_ca_file = '${forServer(folder, ca.ca)}'`,
    `hba_file = '${forServer(folder, hba)}'`,
  );
}

async function asAdmin(server: PostgresServer, sql: string): Promise<void> {
  const client = new Client(server.url);
  await client.connect();
  await client.query(sql);
  await client.end();
}

function urlOf(server: PostgresServer, user: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(server.url);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href.replace('postgres@', `${user}@`);
}

/** Whether the session is over TLS, by the server's own account. */
async function connects(url: string): Promise<boolean> {
  const address = postgresAddress(url);
  const connection = await Connection.open({ address, durability: 'process', name: 'test' });
  const { rows } = await connection.run('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  await connection.close();
  return rows[0]?.[0] === true;
}

async function refusal(url: string): Promise<string> {
  const error: unknown = await connects(url).then(
    () => assert.fail('it was let in'),
    (reason: unknown) => explained(reason, postgresAddress(url).shown),
  );
  assert.ok(error instanceof AftermathError, messageOf(error));
  assert.notEqual(error.consequence, 'retry', error.message);
  assert.doesNotMatch(error.message, /tops3cret/);
  return error.message;
}

void describe('a ledger in a PostgreSQL that speaks TLS', () => {
  let ours: Authority;
  let theirs: Authority;
  let server: PostgresServer;
  let own: Certificate;
  const folder = mkdtempSync(join(tmpdir(), 'aftermath-postgres-access-'));
  const passwordFile = join(folder, 'password');
  before(async () => {
    [ours, theirs] = await Promise.all([
      authority('Authority of the house'),
      authority('Some other authority'),
    ]);
    own = await ours.sign({ name: 'bearer' });
    const hosts = ['IP:127.0.0.1'];
    server = await serverWith(ours, await ours.sign({ name: 'postgres', hosts }), [
      'hostssl all bearer 127.0.0.1/32 cert',
      'hostssl all keeper 127.0.0.1/32 scram-sha-256',
      'host all plain 127.0.0.1/32 scram-sha-256',
    ]);
    writeFileSync(passwordFile, `${SECRET}\n`);
    for (const user of ['keeper', 'plain', 'bearer']) {
      await asAdmin(server, `CREATE USER ${user} PASSWORD '${SECRET}'`);
    }
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await ours[Symbol.asyncDispose]();
    await theirs[Symbol.asyncDispose]();
  });

  test('checks who signed its certificate and whom it is for, and takes the password from a file', async () => {
    const trusted = { sslmode: 'verify-full', sslrootcert: ours.ca, passwordfile: passwordFile };
    assert.equal(await connects(urlOf(server, 'keeper', trusted)), true);
    assert.equal(await connects(urlOf(server, 'plain', { passwordfile: passwordFile })), false);
    const encoded = encodeURIComponent(SECRET);
    assert.equal(await connects(urlOf(server, `plain:${encoded}`, { sslmode: 'disable' })), false);
  });

  test('a password in a file that changes is used from the next connection on', async () => {
    const changing = join(folder, 'changing');
    const url = urlOf(server, 'plain', { passwordfile: changing });
    writeFileSync(changing, 'not it');
    assert.match(await refusal(url), /password authentication failed for user "plain"/);
    writeFileSync(changing, SECRET);
    await connects(url);
  });

  test('is not trusted when another authority has signed it, or Node knows none that has', async () => {
    const foreign = { sslmode: 'verify-full', sslrootcert: theirs.ca, passwordfile: passwordFile };
    assert.match(
      await refusal(urlOf(server, 'keeper', foreign)),
      /^Cannot trust the certificate of 127\.0\.0\.1:\d+: it was signed by "Authority of the house", which is not in .*with sslrootcert/,
    );
    assert.match(
      await refusal(urlOf(server, 'keeper', { sslmode: 'verify-full', passwordfile: passwordFile })),
      /none of the authorities that Node knows/,
    );
    const encrypted = { sslmode: 'require', passwordfile: passwordFile };
    assert.equal(
      await connects(urlOf(server, 'keeper', encrypted)),
      true,
      'as libpq: encrypted, not checked',
    );
  });

  test('shows our certificate where one is asked for; what is wrong with it is said', async () => {
    const trusted = { sslmode: 'verify-full', sslrootcert: ours.ca };
    const shown = { ...trusted, sslcert: own.cert, sslkey: own.key };
    assert.equal(await connects(urlOf(server, 'bearer', shown)), true);
    assert.match(
      await refusal(urlOf(server, 'bearer', trusted)),
      /valid client certificate.*sslcert and sslkey/,
    );
    const { cert, key } = await theirs.sign({ name: 'bearer' });
    assert.match(
      await refusal(urlOf(server, 'bearer', { ...trusted, sslcert: cert, sslkey: key })),
      /it does not take our certificate .*bearer\.pem/,
    );
    assert.match(
      await refusal(urlOf(server, 'bearer', { ...trusted, sslcert: cert, sslkey: own.key })),
      /bearer\.key: it is not the private key of the certificate/,
    );
  });

  test('is told apart from one that speaks none', async () => {
    await using plain = await PostgresServer.start();
    assert.match(
      await refusal(urlOf(plain, 'postgres', { sslmode: 'verify-full', sslrootcert: ours.ca })),
      /the server speaks no TLS there/,
    );
    assert.match(
      await refusal(urlOf(server, `keeper:${encodeURIComponent(SECRET)}`, {})),
      /no encryption.*sslmode=verify-full/s,
    );
  });
});

void describe('a PostgreSQL whose certificate is for another host, or has expired', () => {
  for (const [what, about, words] of [
    ['for another', { hosts: ['DNS:db.internal'] }, /it is for DNS:db\.internal, not for 127\.0\.0\.1/],
    ['expired', { hosts: ['IP:127.0.0.1'], days: -1 }, /it expired on .* GMT\. Renew it there/],
  ] as const) {
    test(`is not trusted: ${what}`, async () => {
      await using ours = await authority('Authority of the house');
      const certificate = await ours.sign({ name: 'postgres', ...about });
      await using server = await serverWith(ours, certificate, []);
      const trusted = { sslrootcert: ours.ca };
      assert.match(await refusal(urlOf(server, 'postgres', { ...trusted, sslmode: 'verify-full' })), words);
      if (what === 'for another') {
        assert.equal(await connects(urlOf(server, 'postgres', { ...trusted, sslmode: 'verify-ca' })), true);
      }
    });
  }
});

test('what a URL of a ledger says of TLS and passwords has to fit together', () => {
  const cases: [url: string, words: RegExp][] = [
    ['postgres://u@h/d?sslmode=prefer', /sslmode is "prefer", expected disable, require/],
    ['postgres://u@h/d?sslrootcert=ca.pem', /not sslmode\. Add sslmode=verify-full/],
    ['postgres://u@h/d?sslmode=disable&sslcert=c.pem', /Add sslmode=verify-full/],
    ['postgres://u:tops3cret@h/d?passwordfile=p', /the URL has a password too/],
    ['postgres://h/d?passwordfile=p', /the URL names no user/],
  ];
  for (const [url, words] of cases) {
    assert.throws(
      () => postgresAddress(url),
      (error: unknown) => {
        assert.ok(error instanceof AftermathError);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /tops3cret/);
        return true;
      },
    );
  }
});
