/**
 * Switches a safety off, in the process that it is imported into: consumers acknowledge on delivery, as most services
 * of the field do. For the runs that show that the checks would see a loss.
 */
import { amqplibClasses } from './amqplib-classes.ts';
import { around } from './around.ts';

const { Channel } = amqplibClasses();
around(Channel, 'consume', (_, consume, queue, callback, options) =>
  consume(queue, callback, { ...options, noAck: true }),
);
around(Channel, 'ack', () => {});
