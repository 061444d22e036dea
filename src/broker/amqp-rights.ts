import { messageOf } from '../service/errors.ts';

/**
 * The right whose lack made RabbitMQ refuse something (403), as in `lacks the right to <read queue "y_pred">`, or
 * `undefined` when it was not for a right. Servers before 3.13 do not say which of the three: then the method that
 * was refused tells.
 *
 * @see https://www.rabbitmq.com/docs/access-control#authorisation
 */
export function missingRight(error: unknown): string | undefined {
  const [, said, kind, name, exchange] = REFUSED.exec(messageOf(error)) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  const right = said ?? rightOf(error, kind);
  if (kind === 'topic') return `${right} topic "${name}" of exchange "${exchange ?? ''}"`;
  // The default exchange has no name on the wire.
  const isDefault = kind === 'exchange' && (name === '' || name === 'amq.default');
  return isDefault ? 'write exchange "amq.default" (publish to queues)' : `${right} ${kind} "${name}"`;
}

const REFUSED =
  /(?:(configure|write|read) )?access to (queue|exchange|topic) '([^']*)'(?: in exchange '([^']*)')? in vhost .* refused/s;

/** AMQP's classes and methods, of which each needs one right, but for a binding: to write the queue, to read the exchange. */
const RIGHTS: Readonly<Record<string, string>> = {
  '40.10': 'configure',
  '50.10': 'configure',
  '60.20': 'read',
  '60.40': 'write',
  '60.70': 'read',
};
const BIND = '50.20';

function rightOf(error: unknown, kind: string): string {
  const method = methodOf(error);
  if (method === BIND) return kind === 'queue' ? 'write' : 'read';
  return RIGHTS[method] ?? 'use';
}

/** `class.method` as amqplib attached it. */
function methodOf(error: unknown): string {
  if (!(error instanceof Error) || !('classId' in error) || !('methodId' in error)) return '';
  return `${String(error.classId)}.${String(error.methodId)}`;
}
