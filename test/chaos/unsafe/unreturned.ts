/**
 * Switches a safety off, in the process that it is imported into: what no queue takes is not given back, and RabbitMQ confirms it all
 * the same. For the runs that show that the checks would see a loss.
 */
import { amqplibClasses } from './amqplib-classes.ts';
import { around } from './around.ts';

const { ConfirmChannel } = amqplibClasses();
around(ConfirmChannel, 'publish', (_, publish, exchange, key, content, options, ...rest) =>
  publish(exchange, key, content, { ...(options as object), mandatory: false }, ...rest),
);
