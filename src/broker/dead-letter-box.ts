import { createHash } from 'node:crypto';
import { AftermathError } from '../service/errors.ts';
import { DEAD_LETTERS } from '../wire/queues.ts';
import type { Broker, Delivery } from './broker.ts';

/** One message that could not be used. */
export interface DeadLetter {
  /** The first 12 hex digits of a hash over it: the same at every look, and for copies of it. */
  readonly key: string;
  readonly reason: string;
  /** The queue that it came from; `undefined` when nobody said. */
  readonly origin: string | undefined;
  /** When it was put here, ISO 8601. */
  readonly at: string | undefined;
  /** Who could not use it. */
  readonly service: string | undefined;
  /** Only its beginning was kept. */
  readonly truncated: boolean;
  readonly bytes: Uint8Array;
  /** How often it was delivered before; only quorum queues count that. */
  readonly deliveries: number | undefined;
}

/** Which dead letters are meant: all that is given has to fit; nothing given is all of them. */
export interface DeadLetterFilter {
  readonly keys?: ReadonlySet<string> | undefined;
  /** A part of the reason, in any case of letters. */
  readonly reason?: string | undefined;
  readonly origin?: string | undefined;
}

/**
 * Shows the dead letters that fit, oldest first, and leaves every one in its place. Without the queue there are none.
 *
 * @param show says whether it wants more
 */
export async function lookAtDeadLetters(
  broker: Broker,
  filter: DeadLetterFilter,
  show: (letter: DeadLetter) => boolean,
): Promise<void> {
  let wantsMore = true;
  await browse(broker, async (_, letter) => {
    if (wantsMore && fits(letter, filter)) wantsMore = show(letter);
    return wantsMore ? 'keep' : 'end';
  });
}

/** Takes those that fit off the queue for good. @returns how many */
export async function dropDeadLetters(broker: Broker, filter: DeadLetterFilter): Promise<number> {
  let dropped = 0;
  await browse(broker, async (_, letter) => {
    if (!fits(letter, filter)) return 'keep';
    dropped++;
    return 'take';
  });
  return dropped;
}

/** What came of sending dead letters back. */
export interface Replayed {
  readonly replayed: number;
  /** Those that fit and stay here, by why. */
  readonly left: ReadonlyMap<string, number>;
}

/**
 * Puts those that fit back into the queue they came from, one after the other, without the headers they got here. Each is
 * confirmed there before it is taken off here, so after a crash it may be in both: for the ledger that is a duplicate.
 * One that was cut, that does not say where it came from or whose queue is gone stays.
 */
export async function replayDeadLetters(broker: Broker, filter: DeadLetterFilter): Promise<Replayed> {
  const left = new Map<string, number>();
  let replayed = 0;
  await browse(broker, async (message, letter) => {
    if (!fits(letter, filter)) return 'keep';
    const why = await sentBack(broker, message, letter);
    if (why === undefined) {
      replayed++;
      return 'take';
    }
    left.set(why, (left.get(why) ?? 0) + 1);
    return 'keep';
  });
  return { replayed, left };
}

async function sentBack(broker: Broker, message: Delivery, letter: DeadLetter): Promise<string | undefined> {
  if (letter.truncated) return 'only the beginning was kept';
  if (letter.origin === undefined) return 'it does not say which queue it came from';
  const { payload, replyTo, correlationId } = message;
  try {
    await broker.publish({ queue: letter.origin }, { payload, replyTo, correlationId });
    return undefined;
  } catch (error) {
    if (!(error instanceof AftermathError) || error.consequence !== 'refused') throw error;
    return `the queue "${letter.origin}" does not take it`;
  }
}

async function browse(
  broker: Broker,
  visit: (message: Delivery, letter: DeadLetter) => Promise<'keep' | 'take' | 'end'>,
): Promise<void> {
  if ((await broker.queueDepth(DEAD_LETTERS)) === undefined) return;
  await broker.browse(DEAD_LETTERS, (message) => visit(message, readDeadLetter(message)));
}

function fits(letter: DeadLetter, { keys, reason, origin }: DeadLetterFilter): boolean {
  if (keys !== undefined && !keys.has(letter.key)) return false;
  if (origin !== undefined && letter.origin !== origin) return false;
  return reason === undefined || letter.reason.toLowerCase().includes(reason.toLowerCase());
}

/** Ours carry headers of their own; one that RabbitMQ put here by a policy carries its. */
function readDeadLetter({ headers = {}, payload }: Delivery): DeadLetter {
  const text = (...names: string[]): string | undefined =>
    names.map((name) => headers[name]).find((value): value is string => typeof value === 'string');
  const [reason, origin, at, service] = [
    text('reason', 'x-first-death-reason') ?? 'no reason given',
    text('origin', 'x-first-death-queue'),
    text('at'),
    text('service'),
  ];
  const bytes = payload.bytes();
  const hash = createHash('sha256')
    .update(JSON.stringify([reason, origin, at, service]))
    .update(bytes);
  const deliveries = headers['x-delivery-count'];
  return {
    key: hash.digest('hex').slice(0, 12),
    reason,
    origin,
    at,
    service,
    truncated: headers['truncated'] === true,
    bytes,
    deliveries: typeof deliveries === 'number' ? deliveries : undefined,
  };
}
