import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectFailure, lastingRefusal } from '../../src/broker/amqp-errors.ts';
import { parseAmqpUrl } from '../../src/broker/amqp-target.ts';

const TARGET = parseAmqpUrl('amqp://guest:tops3cret@broker/');
const HOST = { name: 'broker', port: 5672, shown: 'broker:5672' };

/** What RabbitMQ 4.0.5 says when it ends the connection that declares a transient queue, as amqplib tells it. */
const TRANSIENT_REFUSED = `Connection closed: 541 (INTERNAL-ERROR) with message "INTERNAL_ERROR - Feature \`transient_nonexcl_queues\` is deprecated.
Its use is not permitted per the configuration (overriding the default, which is permitted):
    "deprecated_features.permit.transient_nonexcl_queues = false"
Its use will not be permit..."`;

test('a server that refuses transient queues is answered with the line that permits them', () => {
  const error = Object.assign(new Error(TRANSIENT_REFUSED), { code: 541 });
  const refusal = lastingRefusal(error, 'declare queue "y_true"', TARGET);
  assert.equal(refusal?.consequence, 'stop');
  assert.match(refusal?.message ?? '', /^Cannot declare queue "y_true": /);
  assert.ok(refusal?.message.includes('`deprecated_features.permit.transient_nonexcl_queues = true`'));
  assert.match(refusal?.message ?? '', /native dialect/);
});

test('a failure that may pass is no lasting refusal', () => {
  for (const [code, text] of [
    [541, 'Connection closed: 541 (INTERNAL-ERROR) with message "INTERNAL_ERROR"'],
    [
      320,
      'Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - broker forced connection closure"',
    ],
    [
      404,
      `Channel closed by server: 404 (NOT-FOUND) with message "NOT_FOUND - home node 'rabbit@b' of durable queue 'a' in vhost '/' is down or inaccessible"`,
    ],
  ] as const) {
    assert.equal(
      lastingRefusal(Object.assign(new Error(text), { code }), 'declare queue "a"', TARGET),
      undefined,
    );
  }
});

test('why there is no connection is said in words, and only what trying again cannot help ends it', () => {
  const cases: [error: Error, consequence: string, words: RegExp][] = [
    [system('ECONNREFUSED'), 'retry', /at broker:5672: nobody listens there/],
    [system('ENOTFOUND'), 'retry', /no host of this name/],
    [new Error('connect ETIMEDOUT'), 'retry', /does not answer in time/],
    [new Error('Socket closed abruptly during opening handshake'), 'retry', /is this the AMQP port/],
    [system('ERR_SSL_WRONG_VERSION_NUMBER'), 'retry', /does not speak TLS/],
    [
      new Error('Handshake terminated by server: 403 (ACCESS-REFUSED) with message "…"'),
      'stop',
      /user "guest".*own machine only/,
    ],
    [new Error('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'), 'stop', /virtual host "\/"/],
  ];
  for (const [error, consequence, words] of cases) {
    const failure = connectFailure(error, TARGET, HOST);
    assert.equal(failure.consequence, consequence, error.message);
    assert.match(failure.message, words);
    assert.doesNotMatch(failure.message, /tops3cret/);
  }
});

test('a bug is not taken for a server that is away', () => {
  const bug = new TypeError('x is not a function');
  assert.throws(() => connectFailure(bug, TARGET, HOST), bug);
  assert.throws(() => lastingRefusal(bug, 'declare queue "a"', TARGET), bug);
});

function system(code: string): Error {
  return Object.assign(new Error(`it failed with ${code}`), { code });
}
