import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import type { AmqpAccess } from '../../src/broker/amqp-target.ts';
import { AftermathError } from '../../src/service/errors.ts';
import { Inbox, ONE_BY_ONE, send, SHORT_PAUSES } from '../contracts/inbox.ts';
import { authority, type Authority, type Certificate } from '../setup/certificates.ts';
import { privateNode } from '../setup/find-rabbitmq.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import { collectedLog, type CollectedLog } from './collected-log.ts';

const USER = 'guest:guest';

function open(url: string, access: AmqpAccess): AmqpBroker & { readonly told: CollectedLog } {
  const told = collectedLog();
  const settings = { log: told.log, name: 'tls', publishInFlightMax: 10, pauses: SHORT_PAUSES };
  return Object.assign(new AmqpBroker({ ...settings, url, access }), { told });
}

/** What is said when the link does not come about. */
async function refusal(url: string, access: AmqpAccess): Promise<string> {
  await using broker = open(url, access);
  const error: unknown = await broker.declareQueue({ name: 'q', durable: true }).then(
    () => assert.fail('it was let in'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AftermathError, String(error));
  assert.notEqual(error.consequence, 'retry', error.message);
  return error.message;
}

async function works(url: string, access: AmqpAccess): Promise<void> {
  await using broker = open(url, access);
  const inbox = new Inbox();
  const queue = `works-${Math.random()}`;
  await broker.declareQueue({ name: queue, durable: false });
  await broker.consume(queue, ONE_BY_ONE, inbox.handler);
  await send(broker, queue, 0, 3);
  await inbox.holds(3);
}

void describe('a RabbitMQ that proves itself by a certificate:', () => {
  let node: RabbitNode;
  let ours: Authority;
  let theirs: Authority;
  let url: string;
  before(async () => {
    [ours, theirs] = await Promise.all([
      authority('Authority of the house'),
      authority('Some other authority'),
    ]);
    const server = await ours.sign({ name: 'rabbit', hosts: ['DNS:rabbit.internal', 'IP:127.0.0.1'] });
    node = await privateNode({ tls: { ca: ours.ca, ...server, asksForCertificate: false } });
    url = `amqps://${USER}@${node.tlsHost}/`;
  });
  after(async () => {
    await node[Symbol.asyncDispose]();
    await ours[Symbol.asyncDispose]();
    await theirs[Symbol.asyncDispose]();
  });

  test('is trusted by the authority of a file, named by a setting or in the URL', async () => {
    await works(url, { ca: ours.ca });
    await works(`${url}?cacertfile=${encodeURIComponent(ours.ca)}&verify=verify_peer`, {});
  });

  test('is trusted under the name that its certificate is for', async () => {
    await works(url, { ca: ours.ca, serverName: 'rabbit.internal' });
    await works(`${url}?server_name_indication=rabbit.internal`, { ca: ours.ca });
  });

  test('is not trusted when another authority has signed it: who did is said, and where to name it', async () => {
    assert.match(
      await refusal(url, { ca: theirs.ca }),
      /^Cannot trust the certificate of 127\.0\.0\.1:\d+: it was signed by "Authority of the house", which is not in .*ca\.pem\. .*--broker-ca/,
    );
    assert.match(
      await refusal(url, {}),
      /"Authority of the house", which is none of the authorities that Node knows/,
    );
  });

  test('is not trusted under another name: the names in the certificate are said', async () => {
    assert.match(
      await refusal(url, { ca: ours.ca, serverName: 'localhost' }),
      /: it is for DNS:rabbit\.internal, IP Address:127\.0\.0\.1, not for localhost\. .*--broker-server-name/,
    );
  });

  test('files that are not what they are given for are named, with what was found in them', async () => {
    const good = await ours.sign({ name: 'client' });
    const other = await ours.sign({ name: 'another' });
    const text = join(ours.folder, 'text.pem');
    writeFileSync(text, 'tops3cret');
    const locked = join(ours.folder, 'locked.key');
    writeFileSync(
      locked,
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\ntops3cret\n-----END ENCRYPTED PRIVATE KEY-----\n',
    );
    const torn = join(ours.folder, 'torn.key');
    writeFileSync(torn, '-----BEGIN PRIVATE KEY-----\ntops3cret\n-----END PRIVATE KEY-----\n');
    const cases: [access: AmqpAccess, words: RegExp][] = [
      [
        { ca: join(ours.folder, 'none.pem') },
        /authority for RabbitMQ from .*none\.pem: there is no such file\./,
      ],
      [{ ca: ours.folder }, /it is a folder\./],
      [{ ca: text }, /text\.pem: there is no certificate in it, expected PEM/],
      [{ cert: good.cert }, /its certificate is given, its private key is not/],
      [{ key: good.key }, /its private key is given, its certificate is not/],
      [
        { cert: good.cert, key: other.key },
        /another\.key: it is not the private key of the certificate in .*client\.pem/,
      ],
      [{ cert: good.cert, key: text }, /text\.pem: there is no private key in it/],
      [{ cert: good.cert, key: locked }, /locked\.key: the private key is encrypted/],
      [{ cert: good.cert, key: torn }, /torn\.key: the private key in it is damaged/],
    ];
    for (const [access, words] of cases) {
      const said = await refusal(url, access);
      assert.match(said, words);
      assert.doesNotMatch(said, /tops3cret/);
    }
  });

  test('is told apart from one that speaks no TLS, in both directions', async () => {
    const plain = node.url.replace('amqp://', 'amqps://');
    await using wrongPort = open(plain, { ca: ours.ca });
    wrongPort.declareQueue({ name: 'q', durable: true }).catch(() => {});
    await wrongPort.told.says(/it does not speak TLS there; amqp:\/\/ is without/);
    await using wrongScheme = open(url.replace('amqps://', 'amqp://'), {});
    wrongScheme.declareQueue({ name: 'q', durable: true }).catch(() => {});
    await wrongScheme.told.says(
      /hung up while being greeted \(is this the AMQP port, and amqp:\/\/ or amqps:\/\/ right/,
    );
  });

  test('a renewed certificate is used from the next connection on, without a restart of ours', async () => {
    const trusted = join(ours.folder, 'trusted.pem');
    cpSync(theirs.ca, trusted);
    const first = await refusal(url, { ca: trusted });
    assert.match(first, /trusted\.pem/);
    cpSync(ours.ca, trusted);
    await using broker = open(url, { ca: trusted });
    await broker.declareQueue({ name: 'renewed', durable: true });
    cpSync(theirs.ca, trusted);
    await node.ctl('close_all_connections', 'renewal');
    await broker.told.says(/Cannot trust the certificate .* Trying again in/);
    cpSync(ours.ca, trusted);
    await broker.declareQueue({ name: 'renewed', durable: true });
  });
});

void describe('a RabbitMQ whose certificate has expired:', () => {
  test('is not trusted: since when, and our own time, are said', async () => {
    await using ours = await authority('Authority of the house');
    const server = await ours.sign({ name: 'rabbit', hosts: ['IP:127.0.0.1'], days: -1 });
    await using node = await privateNode({ tls: { ca: ours.ca, ...server, asksForCertificate: false } });
    assert.match(
      await refusal(`amqps://${USER}@${node.tlsHost}/`, { ca: ours.ca }),
      /: it expired on \w{3} +\d+ [\d:]+ \d{4} GMT\. Renew it there; our clock says /,
    );
  });
});

void describe('a RabbitMQ that asks for a certificate:', () => {
  let node: RabbitNode;
  let ours: Authority;
  let theirs: Authority;
  let own: Certificate;
  let url: string;
  before(async () => {
    [ours, theirs] = await Promise.all([
      authority('Authority of the house'),
      authority('Some other authority'),
    ]);
    const server = await ours.sign({ name: 'rabbit', hosts: ['IP:127.0.0.1'] });
    own = await ours.sign({ name: 'metric-service' });
    node = await privateNode({
      tls: { ca: ours.ca, ...server, asksForCertificate: true },
      plugins: ['rabbitmq_auth_mechanism_ssl'],
      config: [
        'auth_mechanisms.1 = PLAIN',
        'auth_mechanisms.2 = EXTERNAL',
        'ssl_cert_login_from = common_name',
      ],
    });
    url = `amqps://${USER}@${node.tlsHost}/`;
  });
  after(async () => {
    await node[Symbol.asyncDispose]();
    await ours[Symbol.asyncDispose]();
    await theirs[Symbol.asyncDispose]();
  });

  test('lets in whoever shows one that its authority has signed', async () => {
    await works(url, { ca: ours.ca, ...own });
    const query = new URLSearchParams({ cacertfile: ours.ca, certfile: own.cert, keyfile: own.key });
    await works(`${url}?${query.toString()}`, {});
  });

  test('says that it wants one where none is shown, and which settings name it', async () => {
    assert.match(
      await refusal(url, { ca: ours.ca }),
      /^Cannot connect to RabbitMQ at 127\.0\.0\.1:\d+: it wants a certificate from us, and there is none .*--broker-cert, and its key with --broker-key/,
    );
  });

  test('does not take one of another authority, or an expired one: which file is said', async () => {
    const foreign = await theirs.sign({ name: 'metric-service' });
    assert.match(
      await refusal(url, { ca: ours.ca, ...foreign }),
      /it does not take our certificate .*metric-service\.pem/,
    );
    const expired = await ours.sign({ name: 'expired', days: -1 });
    assert.match(
      await refusal(url, { ca: ours.ca, ...expired }),
      /it does not take our certificate .*expired\.pem .*expired/,
    );
  });

  test('may take the certificate for the login, without a password', async () => {
    const external = `amqps://${node.tlsHost}/?auth_mechanism=external`;
    assert.match(
      await refusal(external, { ca: ours.ca, ...own }),
      /it refuses this certificate\. .*ssl_cert_login_from/,
    );
    await node.ctl('add_user', 'metric-service', 'not used');
    await node.ctl('set_permissions', 'metric-service', '.*', '.*', '.*');
    await works(external, { ca: ours.ca, ...own });
  });
});
