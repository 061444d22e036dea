import { AftermathError, codeOf, messageOf } from '../service/errors.ts';
import { missingRight } from './amqp-rights.ts';
import type { AmqpTarget, Host } from './amqp-target.ts';

/**
 * Why a connection did not come about, in words: `stop` when trying again cannot help (a wrong password),
 * else `retry`. Never the password.
 *
 * @throws the error itself when it is a bug
 */
export function connectFailure(error: unknown, target: AmqpTarget, host: Host): AftermathError {
  throwBug(error);
  if (error instanceof AftermathError) return error;
  const text = messageOf(error);
  const code = codeOf(error) ?? '';
  if (text.includes('ACCESS-REFUSED')) {
    const guest = target.user === 'guest' ? ' RabbitMQ lets "guest" in from its own machine only.' : '';
    return new AftermathError(
      'stop',
      `Cannot log in to RabbitMQ at ${host.shown} as user "${target.user}": it refuses this ${refusedLogin(target, host)}${guest}`,
      { cause: error },
    );
  }
  if (text.startsWith('Expected ConnectionOpenOk')) {
    return new AftermathError(
      'stop',
      `Cannot open virtual host "${target.vhost}" of RabbitMQ at ${host.shown}: there is none of this name, or user "${target.user}" may not use it. Name another one at the end of the broker's URL, or make it: rabbitmqctl add_vhost '${target.vhost}'.`,
      { cause: error },
    );
  }
  return new AftermathError('retry', `Cannot connect to RabbitMQ at ${host.shown}: ${reason(code, text)}`, {
    cause: error,
  });
}

function refusedLogin({ login }: AmqpTarget, host: Host): string {
  if (login.by === 'password') {
    return `user and password. Correct them in the broker's URL, amqp://user:password@${host.shown}/.`;
  }
  if (login.by === 'password-file') {
    return `user and the password in ${login.path}. Correct the one in the broker's URL or the other in the file.`;
  }
  return "certificate. It takes the user's name from it (ssl_cert_login_from): there has to be one of that name, and the plugin rabbitmq_auth_mechanism_ssl.";
}

/**
 * A refusal by the server that will be the same next time, as a `stop` error that says what to do, or
 * `undefined` when trying again may help.
 *
 * @param action what was tried, as in `Cannot <action>`
 * @throws the error itself when it is a bug
 */
export function lastingRefusal(
  error: unknown,
  action: string,
  target: AmqpTarget,
): AftermathError | undefined {
  throwBug(error);
  if (error instanceof AftermathError) return error;
  const text = messageOf(error);
  const stop = (found: string): AftermathError =>
    new AftermathError('stop', `Cannot ${action}: ${found}`, { cause: error });
  if (text.includes('transient_nonexcl_queues')) {
    return stop(
      'this RabbitMQ refuses queues that are not durable. Put the line `deprecated_features.permit.transient_nonexcl_queues = true` into its rabbitmq.conf, or use the native dialect, or declare the queues durable beforehand.',
    );
  }
  const code = replyCode(error);
  if (code === ACCESS_REFUSED) {
    const right = missingRight(error);
    return stop(
      right === undefined
        ? `somebody consumes it exclusively, or the server does not allow it to user "${target.user}" (RabbitMQ: ${serverText(text)}).`
        : `user "${target.user}" lacks the right to ${right} in virtual host "${target.vhost}". \`aftermath permissions\` prints what each stage needs (RabbitMQ: ${serverText(text)}).`,
    );
  }
  if (code === RESOURCE_LOCKED) {
    return stop(`another connection holds it exclusively (RabbitMQ: ${serverText(text)}). Use another name.`);
  }
  return undefined;
}

/** AMQP reply code: a permission is missing, or somebody consumes exclusively. */
export const ACCESS_REFUSED = 403;
/** AMQP reply code: it exists with other arguments, or a message is too large. */
export const PRECONDITION_FAILED = 406;
/** There is no such queue or exchange. */
const NOT_FOUND = 404;
/** Another connection has the queue for itself. */
const RESOURCE_LOCKED = 405;

/** The AMQP reply code that amqplib attached, or `undefined`. */
export function replyCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** Whether the server said that there is no such thing; a queue whose node is away is there. */
export function isMissing(error: unknown): boolean {
  return (
    replyCode(error) === NOT_FOUND &&
    !/down or inaccessible|process is stopped|timeout/.test(messageOf(error))
  );
}

/** The server's own words in amqplib's message, on one line. */
export function serverText(text: string): string {
  const words = /with message "(?:[A-Z_]+ - )?([^]*)"$/.exec(text)?.[1] ?? text;
  return words.replace(/\s+/g, ' ').trim();
}

/** A bug must stop the process; trying it again for ever would hide it. */
export function throwBug(error: unknown): void {
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError)
    throw error;
}

function reason(code: string, text: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no host of this name.';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return 'the host does not answer.';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'it does not speak TLS there; amqp:// is without.';
    default:
      if (text.includes('ETIMEDOUT')) return 'it does not answer in time.';
      if (text.startsWith('Socket closed abruptly') || code === 'ECONNRESET') {
        return 'it hung up while being greeted (is this the AMQP port, and amqp:// or amqps:// right?).';
      }
      return `${serverText(text)}.`;
  }
}
