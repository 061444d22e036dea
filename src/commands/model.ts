import type { Command } from 'commander';
import { openBroker } from '../broker/open.ts';
import { DEFAULT_PORTS } from '../config.ts';
import { SERVING_LIMITS } from '../model/serving-limits.ts';
import { startModel } from '../model/stage.ts';
import { command, required, SAYING } from './command.ts';
import { BROKER, brokerOf, queueTypeOf, SERVING, stream } from './broker-settings.ts';
import { DRIFT, driftOf } from './drift-settings.ts';
import { loadServing } from './models.ts';
import { runService } from './service.ts';

/** `aftermath model`: stage 2 alone, over a broker. */
export const modelCommand: Command = command({
  name: 'model',
  summary: 'stage 2: score rows from the queue features',
  help: 'Takes rows from the queue features, scores them with a model file and sends what it says to the queue y_pred.',
  settings: ['model', 'bind', ...DRIFT, ...BROKER, ...SERVING, ...SAYING],
  run: async ({ settings: { values, isSet } }) => {
    const files = required(values.model, 'model', 'score anything');
    const models = await loadServing(files);
    return runService({
      name: 'model',
      values,
      port: { number: values.port ?? DEFAULT_PORTS.model, isGiven: isSet('port') },
      broker: (log) =>
        openBroker({ ...brokerOf(values), queueType: queueTypeOf(values), log, name: 'aftermath model' }),
      start: async (context, own) => {
        const stage = own(
          await startModel(
            { ...values, ...stream(values), ...SERVING_LIMITS, models, drift: driftOf(values, []) },
            context,
          ),
        );
        return { finished: stage.done };
      },
    });
  },
});
