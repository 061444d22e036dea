import type { Refusal } from '../wire/records.ts';
import { Payload } from '../wire/payload.ts';
import { DEAD_LETTERS, type QueueSpec } from '../wire/queues.ts';
import type { Broker } from './broker.ts';

/** Bytes of a refused text that are kept at most. */
export const DEAD_LETTER_BYTES_MAX = 64 * 1024;

/** The queue for what could not be used: ours, and bounded, because nobody has to read it. */
export const DEAD_LETTER_QUEUE: QueueSpec = { name: DEAD_LETTERS, durable: true, keepMax: 100_000 };

/** What could not be used, and where. */
export interface DeadLetters {
  readonly refusals: readonly Refusal[];
  /** The queue that they came from. */
  readonly origin: string;
  /** Who could not use them: `model`, `metric`, … */
  readonly service: string;
}

/**
 * Puts what could not be used into the dead-letter queue, one message each: the text as it came (cut after
 * 64 KiB, then with the header `truncated`), with the headers `reason`, `origin`, `at` (ISO 8601) and
 * `service`. Fulfils when all are safe. Without refusals it does nothing.
 */
export async function deadLetter(broker: Broker, { refusals, origin, service }: DeadLetters): Promise<void> {
  if (refusals.length === 0) return;
  if (!declaredBy.has(broker)) await broker.declareQueue(DEAD_LETTER_QUEUE);
  declaredBy.add(broker);
  const at = new Date().toISOString();
  await Promise.all(
    refusals.map(({ reason, text }) => {
      const whole = Buffer.from(text);
      const truncated = whole.length > DEAD_LETTER_BYTES_MAX;
      const payload = Payload.ofBytes(truncated ? cut(whole) : whole);
      const headers = {
        reason: reason.slice(0, REASON_CHARACTERS_MAX),
        origin,
        at,
        service,
        ...(truncated && { truncated }),
      };
      return broker.publish({ queue: DEAD_LETTERS }, { payload, headers });
    }),
  );
}

const declaredBy = new WeakSet<Broker>();
/** Headers travel in one frame. */
const REASON_CHARACTERS_MAX = 1_000;

/** At most the bound, and no half of a character at the end. */
function cut(text: Buffer): Buffer {
  let end = DEAD_LETTER_BYTES_MAX;
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return text.subarray(0, end);
}
