import type { GetMessage } from 'amqplib';
import { AftermathError, messageOf } from '../service/errors.ts';
import { Received } from './amqp-consumer.ts';
import { isMissing, serverText } from './amqp-errors.ts';
import type { Link } from './amqp-link.ts';
import { onChannel, type Session } from './amqp-session.ts';
import type { Visit } from './broker.ts';

/**
 * Looks through a queue with one `basic.get` after the other: that has an end, takes no message before the one in hand
 * is judged, and works beside consumers. Everything that is kept stays unacknowledged until the end, so
 * each message is seen once, and goes back in one piece, to the place where it was.
 *
 * A connection that is lost once messages were seen ends it: beginning again would show them twice.
 *
 * @throws {AftermathError} `stop`: no such queue, no permission; `retry`: the connection was lost on the way
 */
export async function browseQueue(link: Link, queue: string, visit: Visit): Promise<void> {
  const action = `look through queue "${queue}"`;
  const failure = await link.use(action, async (session) => {
    const progress = { seen: 0 };
    try {
      await onSession(session, queue, counted(visit, progress));
    } catch (error) {
      if (progress.seen > 0) return { error: session.isLost ? lost(action, session) : error };
      if (isMissing(error)) return { error: missing(action, error) };
      throw error;
    }
    return undefined;
  });
  if (failure !== undefined) throw failure.error;
}

async function onSession({ consuming }: Session, queue: string, visit: Visit): Promise<void> {
  await onChannel(consuming, async (channel) => {
    // What comes meanwhile is not chased: a busy queue would have no end.
    const { messageCount } = await channel.checkQueue(queue);
    try {
      for (let left = messageCount; left > 0; left--) {
        const message: GetMessage | false = await channel.get(queue, { noAck: false });
        if (message === false) break;
        const verdict = await visit(new Received(message));
        if (verdict === 'take') channel.ack(message);
        if (verdict === 'end') break;
      }
    } finally {
      channel.nackAll(true);
    }
    // The queue answers after it has taken back what it was given.
    await channel.checkQueue(queue);
  });
}

function counted(visit: Visit, progress: { seen: number }): Visit {
  return (message) => {
    progress.seen++;
    return visit(message);
  };
}

function missing(action: string, error: unknown): AftermathError {
  return new AftermathError('stop', `Cannot ${action}: there is no such queue.`, { cause: error });
}

function lost(action: string, { lostBecause }: Session): AftermathError {
  const why = serverText(messageOf(lostBecause)).replace(/[.\s]*$/, '');
  return new AftermathError(
    'retry',
    `Cannot ${action} to its end: the connection was lost (${why}). What was not dealt with is still there.`,
    { cause: lostBecause },
  );
}
