import { Option, type Command } from 'commander';
import { type FailCondition, failuresOf, parseFailCondition } from '../metric/report/fail-condition.ts';
import type { Report } from '../metric/report/report.ts';
import type { DriftReport } from '../model/drift-report.ts';
import { AftermathError } from '../service/errors.ts';
import { command } from './command.ts';
import type { Reported } from './reported.ts';

/** `aftermath report`: the figures of a log, or of a file of predictions and one of truths. */
export const reportCommand: Command = command({
  name: 'report',
  arguments: [['[log]', 'metric_log.csv, ours or that of any service with its header']],
  summary: 'the figures of a log, or of a file of predictions and one of truths',
  help:
    'Prints the figures of a log with the header id,y_true,y_pred,absolute_error, in any order and with further\n' +
    'columns; separated by commas or semicolons. Where an id comes more than once its last row counts.\n\n' +
    'With --predictions and --truth it joins two CSV files by the rules of the ledger first: duplicates, revisions,\n' +
    'conflicts, late truths and missing ones are told. A column model is used where it is there.\n\n' +
    '--fail-if ends with 1 where its condition holds, and says by how much: "mae > 50", or "mae.low > 50" for the end\n' +
    'of its interval, what is certain at the level it names; also rows, and with --predictions coverage.\n' +
    'With --drift it compares the features of two CSV files instead.\n' +
    '--html FILE writes the same with all charts that the log allows as one page: no network, no script, light and dark;\n' +
    '--slice NAME cuts the error up by the values of a column or a tag; it may be several.\n' +
    'Where the log has a column model, --model names whose figures these are; the others are its challengers, compared\n' +
    'with it on the ids that both have.\n' +
    '--marks names change detectors, which run on the first row of each id in the order of the log; they promise nothing.\n' +
    '--bootstrap gives the figures without an interval one for this number of rows alone: not one to watch.',
  settings: [
    'task',
    'horizon',
    'time',
    'truthTime',
    'tags',
    'recentIds',
    'bootstrap',
    'seed',
    'features',
    'errorMax',
    'quantiles',
    'beta',
    'intervals',
    'marks',
    'slice',
    'units',
  ],
  flags: [
    new Option('--json', 'answer in JSON'),
    new Option('--html <FILE>', 'write the report of a log with its charts as one HTML file, too'),
    new Option(
      '--fail-if <CONDITION>',
      'end with 1 where it holds, such as "mae > 50"; may be repeated',
    ).argParser((text: string, before: FailCondition[] | undefined) => [
      ...(before ?? []),
      parseFailCondition(text),
    ]),
    new Option(
      '--drift <REFERENCE>',
      'CSV file whose features those of the CSV file named behind are compared with',
    ),
    new Option('--model <NAME>', 'which model counts, where there are several'),
    new Option('--predictions <FILE>', 'CSV file with what the model said'),
    new Option('--truth <FILE>', 'CSV file with what really happened'),
    new Option('--on <COLUMN>', 'the column with the id, in both files').default('id'),
    new Option(
      '--prediction-column <COLUMN>',
      'the column with the prediction (default: y_pred, prediction, …)',
    ),
    new Option('--truth-column <COLUMN>', 'the column with the truth (default: y_true, truth, …)'),
  ],
  run: async ({ settings: { values }, arguments: [path], flags }) => {
    const text = (flag: string): string | undefined => {
      const value = flags[flag];
      return typeof value === 'string' ? value : undefined;
    };
    const [predictions, truth, model] = [text('predictions'), text('truth'), text('model')];
    const isJson = flags['json'] === true;
    const conditions = (flags['failIf'] ?? []) as readonly FailCondition[];
    const bootstrap =
      values.bootstrap === undefined ? undefined : { resamples: values.bootstrap, seed: values.seed };
    const options = {
      model,
      bootstrap,
      errorMax: values.errorMax,
      pinball: [...new Set(values.quantiles)],
      beta: values.beta,
      method: values.intervals,
      marks: values.marks,
    };
    // Each of the three loads what it needs itself.
    const drift = text('drift');
    if (drift !== undefined) {
      if (path === undefined || predictions !== undefined || truth !== undefined || conditions.length > 0)
        throw new AftermathError(
          'usage',
          'Cannot compare features: expected --drift REFERENCE.csv CURRENT.csv.',
        );
      const others = [text('on'), values.time, values.truthTime, ...values.tags];
      const { reportDrift } = await import('../model/drift-report.ts');
      const { formatDrift } = await import('../model/drift-text.ts');
      const report = await reportDrift(
        { reference: drift, current: path },
        { features: values.features, others: others.filter((name) => name !== undefined) },
      );
      process.stdout.write(isJson ? json(report) : formatDrift(report));
      return 0;
    }
    const startMs = performance.now();
    let made: Reported;
    if (predictions === undefined && truth === undefined) {
      if (path === undefined)
        throw new AftermathError(
          'usage',
          'Cannot report: name a log, or two files with --predictions and --truth.',
        );
      const { reportOfLog } = await import('./report-of-log.ts');
      const shown = { slices: values.slice, units: values.units };
      made = await reportOfLog(path, { task: values.task, ...options, ...shown }, text('html'));
    } else {
      if (predictions === undefined || truth === undefined || path !== undefined) {
        const found = path === undefined ? 'one of the two is missing' : 'a log was named as well';
        throw new AftermathError('usage', `Cannot join --predictions with --truth: ${found}.`);
      }
      const { reportOfFiles } = await import('./report-of-files.ts');
      const columns = { id: text('on') ?? 'id' };
      const truthTime = values.truthTime ?? values.time;
      made = await reportOfFiles(
        {
          predictions: {
            path: predictions,
            columns: { ...columns, value: text('predictionColumn'), time: values.time, tags: values.tags },
          },
          truth: {
            path: truth,
            columns: { ...columns, value: text('truthColumn'), time: truthTime, tags: [] },
          },
          task: values.task === 'auto' ? undefined : values.task,
          horizonMs: values.horizon,
          recentIdsMax: values.recentIds,
        },
        options,
      );
    }
    if (bootstrap !== undefined) {
      const seconds = ((performance.now() - startMs) / 1000).toPrecision(2);
      process.stderr.write(`${bootstrap.resamples} resamples: ${seconds} s with reading\n`);
    }
    process.stdout.write(isJson ? json(made.report) : made.asText());
    return judged(made.report, conditions);
  },
});

/** The exit code; what fails is said beside the report, which may be JSON. */
function judged(report: Report, conditions: readonly FailCondition[]): number {
  const failures = failuresOf(report, conditions);
  for (const failure of failures) process.stderr.write(`fails ${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

function json(report: Report | DriftReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
