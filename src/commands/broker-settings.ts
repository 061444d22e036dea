import type { AmqpAccess } from '../broker/amqp-target.ts';
import { DEFAULT_BROKER_URL, type SETTINGS, type SettingKey } from '../config.ts';
import { AftermathError } from '../service/errors.ts';
import { readSecret } from '../service/secret-file.ts';
import type { Values } from '../service/settings.ts';
import type { DataQueues, QueueType } from '../wire/queues.ts';

/** Settings of which broker it is, and how the two prove themselves to each other. */
export const BROKER_ACCESS = [
  'broker',
  'brokerFile',
  'brokerPasswordFile',
  'brokerCa',
  'brokerCert',
  'brokerKey',
  'brokerServerName',
] as const satisfies readonly SettingKey[];

/** Settings of whatever talks over a broker. */
export const BROKER = [
  ...BROKER_ACCESS,
  'dialect',
  'queueType',
  'featuresQueue',
  'truthQueue',
  'predictionsQueue',
  'prefetch',
  'batch',
  'linger',
] as const satisfies readonly SettingKey[];

/** Settings of whatever runs as a service. */
export const SERVING = ['port', 'host', 'open', 'stopWithin'] as const satisfies readonly SettingKey[];

/**
 * The broker that settings name: `--broker`, or what is in `--broker-file`.
 *
 * @param unnamed the one where they name none: `RABBITMQ_URL`, else RabbitMQ on this machine
 * @throws {AftermathError} `usage` when two name it, `stop` when the file cannot be read
 */
export function brokerOf(
  values: Pick<Values<typeof SETTINGS>, (typeof BROKER_ACCESS)[number]>,
  unnamed = process.env['RABBITMQ_URL'] ?? DEFAULT_BROKER_URL,
): { readonly url: string; readonly access: AmqpAccess } {
  const { broker, brokerFile } = values;
  if (broker !== undefined && brokerFile !== undefined) {
    throw new AftermathError(
      'usage',
      'Cannot choose a broker: --broker and --broker-file both name one. Keep one of them.',
    );
  }
  const named = brokerFile === undefined ? broker : readSecret(brokerFile, "the broker's URL");
  return {
    url: named ?? unnamed,
    access: {
      passwordFile: values.brokerPasswordFile,
      ca: values.brokerCa,
      cert: values.brokerCert,
      key: values.brokerKey,
      serverName: values.brokerServerName,
    },
  };
}

/** How a stage meets the stream: the data queues as a team calls them, and how much it takes at once. */
export function stream(values: {
  readonly featuresQueue: string;
  readonly truthQueue: string;
  readonly predictionsQueue: string;
  readonly batch: number;
  readonly linger: number;
}): { readonly queues: DataQueues; readonly batchMax: number; readonly lingerMs: number } {
  const { featuresQueue: features, truthQueue: truth, predictionsQueue: predictions } = values;
  return { queues: { features, truth, predictions }, batchMax: values.batch, lingerMs: values.linger };
}

/**
 * What the queues of a service are declared as where they are not there yet.
 *
 * @throws {AftermathError} `usage` where the dialect wants them otherwise
 */
export function queueTypeOf({
  dialect,
  queueType,
}: Pick<Values<typeof SETTINGS>, 'dialect' | 'queueType'>): QueueType {
  if (queueType === 'classic' || dialect === 'native') return queueType;
  throw new AftermathError(
    'usage',
    `Cannot use --queue-type ${queueType} with --dialect ${dialect}: in that dialect queues are declared transient, as its peers declare theirs, and a quorum queue is durable. Declare the queues beforehand (one that exists is used as it is), or leave out one of the two.`,
  );
}
