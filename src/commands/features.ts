import { join } from 'node:path';
import type { Command } from 'commander';
import { openBroker } from '../broker/open.ts';
import { DEFAULT_PORTS, FEATURES_LIMITS } from '../config.ts';
import { startFeatures } from '../features/stage.ts';
import { AftermathError } from '../service/errors.ts';
import { BROKER, brokerOf, queueTypeOf, SERVING, stream } from './broker-settings.ts';
import { command, SAYING } from './command.ts';
import { DATASET, datasetDefaults, datasetOf } from './dataset-settings.ts';
import { runService } from './service.ts';

/** `aftermath features`: stage 1 alone, over a broker. */
export const featuresCommand: Command = command({
  name: 'features',
  summary: 'stage 1: publish rows and, later, their truth',
  help:
    'Publishes the rows of a CSV file to the queue features and, after the label delay, what really happened to the\n' +
    'queue y_true. With --tasks-dir it also takes tasks from the queue tasks.',
  settings: [
    ...DATASET,
    'resume',
    'tasksDir',
    'tasksQueue',
    'logs',
    'featuresState',
    ...BROKER,
    ...SERVING,
    ...SAYING,
  ],
  run: ({ settings: { values, isSet } }) => {
    if (values.data === undefined && values.tasksDir === undefined) {
      throw new AftermathError(
        'usage',
        'Cannot publish anything: give a file with --data, or a folder with --tasks-dir to take tasks from the queue.',
      );
    }
    const dataset = values.data === undefined ? undefined : datasetOf(values, values.data);
    return runService({
      name: 'features',
      values,
      port: { number: values.port ?? DEFAULT_PORTS.features, isGiven: isSet('port') },
      broker: (log) =>
        openBroker({ ...brokerOf(values), queueType: queueTypeOf(values), log, name: 'aftermath features' }),
      start: async (context, own) => {
        const { queues } = stream(values);
        const stage = own(
          await startFeatures(
            {
              queues,
              dialect: values.dialect,
              dataset,
              tasks:
                values.tasksDir === undefined
                  ? undefined
                  : {
                      queue: values.tasksQueue,
                      directory: values.tasksDir,
                      defaults: datasetDefaults(values),
                    },
              statePath: values.featuresState ?? join(values.logs, 'features.db'),
              resume: values.resume,
              limits: { ...FEATURES_LIMITS, stopWithinMs: values.stopWithin / 2 },
            },
            context,
          ),
        );
        return { finished: stage.done };
      },
    });
  },
});
