/**
 * Switches a safety off, in the process that it is imported into: what is published counts as safe as soon as it is
 * handed to the socket. For the runs that show that the checks would see a loss.
 */
import { amqplibClasses, type AmqplibChannel } from './amqplib-classes.ts';
import { around } from './around.ts';

const { ConfirmChannel } = amqplibClasses();
const published = new WeakMap<AmqplibChannel, number>();
const confirmed = Symbol('confirmed by us');

around(ConfirmChannel, 'emit', (_, emit, event, ...args) => {
  // What the server confirms is not waited for.
  if (event !== 'ack') return emit(event, ...args);
  const [fields, by] = args;
  return by === confirmed ? emit(event, fields) : true;
});
around(ConfirmChannel, 'publish', (channel, publish, ...args) => {
  const deliveryTag = (published.get(channel) ?? 0) + 1;
  published.set(channel, deliveryTag);
  setImmediate(() => channel.emit('ack', { deliveryTag, multiple: false }, confirmed));
  return publish(...args);
});
