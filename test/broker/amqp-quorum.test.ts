import { AmqpBroker } from '../../src/broker/amqp.ts';
import { brokerContract } from '../contracts/broker.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { collectedLog } from './collected-log.ts';

brokerContract('amqp with quorum queues', async () => {
  const { url, [Symbol.asyncDispose]: giveBack } = await testBroker();
  const { log } = collectedLog();
  return {
    isQuorum: true,
    open: ({ pauses }) =>
      new AmqpBroker({ url, log, name: 'contract', publishInFlightMax: 100, queueType: 'quorum', pauses }),
    [Symbol.asyncDispose]: giveBack,
  };
});
