import { Option, type Command } from 'commander';
import { openBroker } from '../broker/open.ts';
import { DEFAULT_PORTS, PAGE_LIMITS } from '../config.ts';
import { AftermathError } from '../service/errors.ts';
import { startPlot } from '../plot/stage.ts';
import { BROKER_ACCESS, brokerOf, SERVING } from './broker-settings.ts';
import { command, SAYING } from './command.ts';
import { logToPictures } from './log-pictures.ts';
import { runService } from './service.ts';

/** `aftermath plot`: stage 4 alone, over a broker. */
export const plotCommand: Command = command({
  name: 'plot',
  arguments: [['[log]', 'draw this metric_log.csv, ours or that of any service with its header, and end']],
  summary: 'stage 4: the pictures and the live page; or the pictures of a log',
  help:
    'Draws what metric publishes: error_distribution.png and .svg in --logs, and a live page.\n\n' +
    'With a log it draws all that the log allows, as PNG and SVG, into --out, and ends: the distribution, the error row by\n' +
    'row (over time, where there is a column time), predictions against truths, residuals, or the confusion matrix and\n' +
    'the curves of classes; with --slice NAME also by the values of a column, or of a tag; with --model NAME the log’s other\n' +
    'models are its challengers; with --marks what change detectors see. `aftermath report LOG --html FILE`\n' +
    'has the same in one page.',
  settings: [
    'slice',
    'marks',
    'task',
    'logs',
    'redrawEvery',
    'theme',
    'units',
    'page',
    ...BROKER_ACCESS,
    ...SERVING,
    ...SAYING,
  ],
  flags: [
    new Option('--out <DIR>', 'folder for the pictures of a log; made when it is missing'),
    new Option('--model <NAME>', 'which model of the log counts, where there are several'),
  ],
  run: async ({ settings: { values, isSet }, arguments: [path], flags }) => {
    const out = typeof flags['out'] === 'string' ? flags['out'] : undefined;
    if (path !== undefined) {
      if (out === undefined) {
        throw new AftermathError(
          'usage',
          `Cannot draw ${path}: name the folder for its pictures with --out DIR.`,
        );
      }
      const { task, units, theme, marks } = values;
      const model = typeof flags['model'] === 'string' ? flags['model'] : undefined;
      const slices = values.slice;
      const files = await logToPictures(path, out, { task, model, slices, units, theme, marks });
      process.stdout.write(files.map((file) => `${file}\n`).join(''));
      return 0;
    }
    if (out !== undefined)
      throw new AftermathError('usage', 'Cannot draw into --out: name the log to be drawn.');
    return runService({
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
    });
  },
});
