import type { Command } from 'commander';
import { openBroker } from '../broker/open.ts';
import { DEFAULT_PORTS } from '../config.ts';
import { startMetric } from '../metric/stage.ts';
import { BROKER, brokerOf, queueTypeOf, SERVING, stream } from './broker-settings.ts';
import { command, SAYING } from './command.ts';
import { METRIC, metricOf } from './metric-settings.ts';
import { runService } from './service.ts';

/** `aftermath metric`: stage 3 alone, over a broker. */
export const metricCommand: Command = command({
  name: 'metric',
  summary: 'stage 3: join predictions with their truth; the log and the figures',
  help: 'Joins the queues y_pred and y_true by id, appends every outcome to metric_log.csv and publishes the figures.',
  settings: [...METRIC, 'bind', ...BROKER, ...SERVING, ...SAYING],
  run: ({ settings: { values, isSet } }) =>
    runService({
      name: 'metric',
      values,
      port: { number: values.port ?? DEFAULT_PORTS.metric, isGiven: isSet('port') },
      broker: (log) =>
        openBroker({ ...brokerOf(values), queueType: queueTypeOf(values), log, name: 'aftermath metric' }),
      start: async (context, own) => {
        const stage = own(
          await startMetric(
            {
              ...metricOf(values),
              ...values,
              ...stream(values),
              bind: values.bind,
            },
            context,
          ),
        );
        context.log.info(`the log is ${stage.logPath}`);
        return { finished: stage.done };
      },
    }),
});
