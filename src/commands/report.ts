import { Option, type Command } from 'commander';
import { formatReport } from '../metric/report-text.ts';
import { reportLog } from '../metric/report.ts';
import { command } from './command.ts';

/** `aftermath report`: the figures of a log. */
export const reportCommand: Command = command({
  name: 'report',
  arguments: [['<log>', 'metric_log.csv, ours or that of any service with its header']],
  summary: 'the figures of a log',
  help:
    'Prints the figures of a log with the header id,y_true,y_pred,absolute_error, in any order and with further\n' +
    'columns; separated by commas or semicolons. Where an id comes more than once its last row counts.',
  settings: ['task'],
  flags: [
    new Option('--json', 'answer in JSON'),
    new Option('--model <NAME>', 'which model counts, where the log has several'),
  ],
  run: async ({ settings: { values }, arguments: [path = ''], flags }) => {
    const model = typeof flags['model'] === 'string' ? flags['model'] : undefined;
    const report = await reportLog(path, { task: values.task, model });
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(report, undefined, 2)}\n` : formatReport(report),
    );
    return 0;
  },
});
