import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAmqpUrl } from '../../src/broker/amqp-target.ts';
import { says } from '../contracts/inbox.ts';

test('an AMQP URL says everything, and what it leaves out is as RabbitMQ has it', () => {
  assert.deepEqual(parseAmqpUrl('amqp://broker'), {
    tls: false,
    user: 'guest',
    password: 'guest',
    hosts: [{ name: 'broker', port: 5672, shown: 'broker:5672' }],
    vhost: '/',
    heartbeatSeconds: 15,
    shown: 'amqp://broker:5672/',
  });
  const full = parseAmqpUrl('amqps://ann:a%40b:c@h1,h2:5700,[::1]:5701/team%2Fa?heartbeat=5');
  assert.equal(full.tls, true);
  assert.equal(full.user, 'ann');
  assert.equal(full.password, 'a@b:c');
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
  assert.equal(parseAmqpUrl('amqp://u:p@ss@h').password, 'p@ss', 'an @ in the password need not be escaped');
});

test('any user, password and virtual host come back from the URL they are written into', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .filter((value) => value.isWellFormed());
  fc.assert(
    fc.property(text, text, text, (user, password, vhost) => {
      const parts = [user, password, vhost].map(encodeURIComponent);
      const read = parseAmqpUrl(`amqp://${parts[0]}:${parts[1]}@h:1/${parts[2]}`);
      assert.deepEqual([read.user, read.password, read.vhost], [user, password, vhost]);
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
    'amqp://u:tops3cret@h/?heartbeat=often',
  ]) {
    assert.throws(
      () => parseAmqpUrl(url),
      (error) => says('usage', /^Cannot read the broker's URL: (?!.*tops3cret)/)(error),
    );
  }
});
