import assert from 'node:assert/strict';
import type { Broker, ConsumeOptions, Delivery, Handler } from '../../src/broker/broker.ts';
import type { PauseBounds } from '../../src/broker/pauses.ts';
import { AftermathError } from '../../src/service/errors.ts';
import { Payload } from '../../src/wire/payload.ts';
import { eventually } from '../setup/eventually.ts';

/** What a test waits for is there within so long. */
export const WITHIN_MS = 30_000;
/** Short ones, so that a test need not wait. */
export const SHORT_PAUSES: PauseBounds = { firstMs: 20, maxMs: 100 };

/** One message in hand at a time. */
export const ONE_BY_ONE: ConsumeOptions = { prefetch: 1, batchMax: 1, lingerMs: 0, overlap: 1 };
/** Batches of ten, one after the other. */
export const BATCHES: ConsumeOptions = { prefetch: 100, batchMax: 10, lingerMs: 0, overlap: 1 };

/** What a consumer has got. */
export class Inbox {
  readonly messages: Delivery[] = [];
  readonly batchSizes: number[] = [];
  readonly #work: (batch: readonly Delivery[]) => Promise<void>;

  constructor(work: (batch: readonly Delivery[]) => Promise<void> = async () => {}) {
    this.#work = work;
  }

  get texts(): string[] {
    return this.messages.map(textOf);
  }

  readonly handler: Handler = async (batch) => {
    this.messages.push(...batch.map(kept));
    this.batchSizes.push(batch.length);
    await this.#work(batch);
  };

  /** Waits until it holds so many. */
  async holds(count: number): Promise<readonly Delivery[]> {
    await eventually(
      async () => assert.ok(this.messages.length >= count, `${this.messages.length} of ${count}`),
      WITHIN_MS,
    );
    return this.messages;
  }
}

/** The message with bytes of its own: those of a delivery are good until it is acknowledged. */
function kept(delivery: Delivery): Delivery {
  if (delivery.payload.records !== undefined) return delivery;
  const { headers, replyTo, correlationId, redelivered } = delivery;
  const payload = Payload.ofBytes(Uint8Array.from(delivery.payload.bytes()));
  return { payload, ...(headers && { headers }), replyTo, correlationId, redelivered };
}

/** Publishes "from", "from + 1", … and waits until they are safe. */
export async function send(broker: Broker, queue: string, from: number, count: number): Promise<void> {
  const texts = Array.from({ length: count }, (_, i) => String(from + i));
  await Promise.all(texts.map((text) => broker.publish({ queue }, { payload: payloadOf(text) })));
}

/** A message's body of this text. */
export function payloadOf(text: string): Payload {
  return Payload.ofBytes(Buffer.from(text));
}

/** The text of a message's body. */
export function textOf(message: { readonly payload: Payload }): string {
  return Buffer.from(message.payload.bytes()).toString();
}

/** For `assert.rejects`: an expected failure with this consequence and these words. */
export function says(consequence: AftermathError['consequence'], words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AftermathError, String(error));
    assert.equal(error.consequence, consequence);
    assert.match(error.message, words);
    return true;
  };
}

/** "0", "1", … as `send` numbers its messages. */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}
