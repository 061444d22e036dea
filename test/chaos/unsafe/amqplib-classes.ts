import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A channel of amqplib, as far as safeties are switched off in it. */
export interface AmqplibChannel {
  consume(queue: unknown, callback: unknown, options?: object): Promise<unknown>;
  ack(): void;
  publish(...args: readonly unknown[]): boolean;
  emit(event: string, ...args: readonly unknown[]): boolean;
}

/** amqplib's own classes, which it does not export: what is changed in them holds for every channel of the process. */
export function amqplibClasses(): Record<
  'Channel' | 'ConfirmChannel',
  { readonly prototype: AmqplibChannel }
> {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('amqplib'));
  return require(join(folder, 'lib', 'channel_model.js')) as ReturnType<typeof amqplibClasses>;
}
