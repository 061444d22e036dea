import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAmqpUrl } from '../../src/broker/amqp-target.ts';
import { says } from '../contracts/inbox.ts';

test('an AMQP URL says everything, and what it leaves out is as RabbitMQ has it', () => {
  assert.deepEqual(parseAmqpUrl('amqp://broker'), {
    tls: undefined,
    user: 'guest',
    login: { by: 'password', password: 'guest' },
    hosts: [{ name: 'broker', port: 5672, shown: 'broker:5672' }],
    vhost: '/',
    heartbeatSeconds: 15,
    shown: 'amqp://broker:5672/',
  });
  const full = parseAmqpUrl('amqps://ann:a%40b:c@h1,h2:5700,[::1]:5701/team%2Fa?heartbeat=5');
  assert.deepEqual(full.tls?.serverName, undefined);
  assert.equal(parseAmqpUrl('amqp://h').tls, undefined);
  assert.equal(full.user, 'ann');
  assert.deepEqual(full.login, { by: 'password', password: 'a@b:c' });
  assert.deepEqual(
    full.hosts.map(({ name, port }) => [name, port]),
    [
      ['h1', 5671],
      ['h2', 5700],
      ['::1', 5701],
    ],
  );
  assert.equal(full.vhost, 'team/a');
  assert.equal(full.heartbeatSeconds, 5);
  assert.equal(full.shown, 'amqps://h1:5671,h2:5700,[::1]:5701/team/a');
  assert.equal(parseAmqpUrl('amqp://h/').vhost, '/');
  assert.equal(parseAmqpUrl('amqp://h/%2F').vhost, '/');
  assert.deepEqual(
    parseAmqpUrl('amqp://u:p@ss@h').login,
    { by: 'password', password: 'p@ss' },
    'an @ in the password need not be escaped',
  );
});

test('any user, password and virtual host come back from the URL they are written into', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .filter((value) => value.isWellFormed());
  fc.assert(
    fc.property(text, text, text, (user, password, vhost) => {
      const parts = [user, password, vhost].map(encodeURIComponent);
      const read = parseAmqpUrl(`amqp://${parts[0]}:${parts[1]}@h:1/${parts[2]}`);
      assert.deepEqual([read.user, read.vhost], [user, vhost]);
      assert.deepEqual(read.login, { by: 'password', password });
    }),
    { seed: 7 },
  );
});

test('a URL that cannot be read is refused, and its password is not repeated', () => {
  for (const url of [
    'amqp://',
    'amqp:/u:tops3cret@h',
    'http://u:tops3cret@h/',
    'amqp://u:tops3cret@h:99999/',
    'amqp://u:tops3cret@h:x/',
    'amqp://u:tops3cret@h,/',
    'amqp://u:tops3cret%zz@h/',
    'amqp://u:tops3cret',
    'amqp://u:tops3cret/vhost',
    'amqp://good,u:tops3cret',
    'amqps://u:tops3cret@h/?verify=verify_none',
    'amqps://u:tops3cret@h/?auth_mechanism=external',
    'amqp://u:tops3cret@h/?cacertfile=ca.pem',
    'amqp://u:tops3cret@h/?heartbeat=often',
  ]) {
    assert.throws(
      () => parseAmqpUrl(url),
      (error) => says('usage', /^Cannot read the broker's URL: (?!.*tops3cret)/)(error),
    );
  }
});

test('settings beside the URL win over its parameters, and what contradicts them is refused', () => {
  const url = 'amqps://ann@h/?cacertfile=url.pem&certfile=url.crt&keyfile=url.key&server_name_indication=url';
  assert.deepEqual(parseAmqpUrl(url).tls, {
    files: { ca: 'url.pem', cert: 'url.crt', key: 'url.key' },
    serverName: 'url',
  });
  assert.deepEqual(parseAmqpUrl(url, { ca: 'set.pem', serverName: 'set' }).tls, {
    files: { ca: 'set.pem', cert: 'url.crt', key: 'url.key' },
    serverName: 'set',
  });
  assert.deepEqual(parseAmqpUrl('amqp://ann@h', { passwordFile: '/run/secrets/p' }).login, {
    by: 'password-file',
    path: '/run/secrets/p',
  });
  assert.deepEqual(parseAmqpUrl(`${url}&auth_mechanism=EXTERNAL`).login, { by: 'certificate' });
  const passwordFile = '/run/secrets/p';
  assert.throws(() => parseAmqpUrl('amqp://h', { passwordFile }), says('usage', /the URL names no user/));
  assert.throws(() => parseAmqpUrl('amqp://a:b@h', { passwordFile }), says('usage', /keep one/));
  assert.throws(() => parseAmqpUrl('amqp://h', { ca: 'ca.pem' }), says('usage', /write amqps:\/\//));
});
