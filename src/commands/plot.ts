import type { Command } from 'commander';
import { openBroker } from '../broker/open.ts';
import { DEFAULT_PORTS, PAGE_LIMITS } from '../config.ts';
import { startPlot } from '../plot/stage.ts';
import { BROKER_ACCESS, brokerOf, SERVING } from './broker-settings.ts';
import { command, SAYING } from './command.ts';
import { runService } from './service.ts';

/** `aftermath plot`: stage 4 alone, over a broker. */
export const plotCommand: Command = command({
  name: 'plot',
  summary: 'stage 4: the pictures and the live page',
  help: 'Draws what metric publishes: error_distribution.png and .svg in --logs, and a live page.',
  settings: ['logs', 'redrawEvery', 'theme', 'units', 'page', ...BROKER_ACCESS, ...SERVING, ...SAYING],
  run: ({ settings: { values, isSet } }) =>
    runService({
      name: 'plot',
      values,
      port: { number: values.port ?? DEFAULT_PORTS.plot, isGiven: isSet('port') },
      broker: (log) => openBroker({ ...brokerOf(values), log, name: 'aftermath plot' }),
      start: async (context, own) => {
        const stage = own(
          await startPlot(
            { ...values, ...PAGE_LIMITS, outDir: values.logs, redrawEveryMs: values.redrawEvery },
            context,
          ),
        );
        return { page: values.page ? stage.routes : undefined, finished: stage.done };
      },
    }),
});
