import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { openBroker } from '../broker/open.ts';
import { DEFAULT_PORTS, FEATURES_LIMITS, PAGE_LIMITS, type SettingKey } from '../config.ts';
import { startFeatures } from '../features/stage.ts';
import { startMetric } from '../metric/stage.ts';
import { SERVING_LIMITS } from '../model/serving-limits.ts';
import { startModel } from '../model/stage.ts';
import { startPlot } from '../plot/stage.ts';
import { ReplayClock, SYSTEM_CLOCK } from '../service/clock.ts';
import type { Stage, StageContext } from '../service/stage.ts';
import { AftermathError } from '../service/errors.ts';
import { BROKER, brokerOf, queueTypeOf, SERVING, stream } from './broker-settings.ts';
import { command, required, SAYING, type CommandSettings } from './command.ts';
import { DATASET, datasetOf } from './dataset-settings.ts';
import { driftOf } from './drift-settings.ts';
import { METRIC, metricOf } from './metric-settings.ts';
import { loadServing } from './models.ts';
import { Progress } from './run-progress.ts';
import { createView } from './run-view.ts';
import { runService, type Started } from './service.ts';

const KEYS = [
  ...DATASET,
  'model',
  'reference',
  'referenceRows',
  'driftWindow',
  'featuresEvery',
  'resume',
  'featuresState',
  ...METRIC,
  'redrawEvery',
  'theme',
  'units',
  'page',
  ...BROKER,
  ...SERVING,
  ...SAYING,
] as const satisfies readonly SettingKey[];

/** `aftermath run`: all four stages in one process. */
export const runCommand: Command = command({
  name: 'run',
  summary: 'all four stages in one process; without --data, a demonstration',
  help:
    'Runs all four stages in one process, on a broker of its own unless --broker names one: rows of a CSV file are\n' +
    'scored by a model, their truth follows after the label delay, and log, picture and page show how wrong the\n' +
    'model is. Without --data and --model it shows that on the diabetes data that comes with it.',
  settings: KEYS,
  run: async ({ settings }) => {
    const values = withDemo(settings);
    const data = required(values.data, 'data', 'run');
    required(values.target, 'target', 'run');
    mustTravel(values.slice, values.tags);
    const dataset = datasetOf(values, data);
    const models = await loadServing(required(values.model, 'model', 'run'));
    const clock = values.time === undefined ? SYSTEM_CLOCK : new ReplayClock();
    const shown = createView({ models: models.map((model) => model.name), ...values });
    return runService({
      name: 'run',
      values,
      clock,
      say: shown.say,
      port: values.page
        ? { number: values.port ?? DEFAULT_PORTS.run, isGiven: settings.isSet('port') }
        : undefined,
      broker: (log) =>
        openBroker({
          ...brokerOf(values, 'memory'),
          queueType: queueTypeOf(values),
          log,
          name: 'aftermath run',
        }),
      start,
    });

    async function start(
      context: StageContext,
      own: <S extends Stage>(stage: S) => S,
      ending: AbortSignal,
    ): Promise<Started> {
      const { queues, batchMax, lingerMs } = stream(values);
      const common = { queues, batchMax, lingerMs, dialect: values.dialect, prefetch: values.prefetch };
      // The last first: whatever is published finds its reader.
      const plot = own(
        await startPlot(
          {
            ...PAGE_LIMITS,
            outDir: values.logs,
            redrawEveryMs: values.redrawEvery,
            theme: values.theme,
            units: values.units,
          },
          context,
        ),
      );
      const metric = own(await startMetric({ ...metricOf(values), ...common, bind: undefined }, context));
      const before = metric.books();
      const others = [values.target, values.id, values.time, values.truthTime, ...values.tags];
      const drift = driftOf(values, others);
      const model = own(
        await startModel({ ...common, ...SERVING_LIMITS, bind: undefined, models, drift }, context),
      );
      const features = own(
        await startFeatures(
          {
            queues,
            dialect: values.dialect,
            dataset,
            tasks: undefined,
            statePath: values.featuresState ?? join(values.logs, 'features.db'),
            resume: values.resume,
            limits: { ...FEATURES_LIMITS, stopWithinMs: values.stopWithin / 2 },
          },
          context,
        ),
      );
      const progress = new Progress({ features, model, metric }, before);
      return {
        page: values.page ? plot.routes : undefined,
        finished: progress.finished(ending),
        running: (http) =>
          shown.start(progress, {
            log: resolve(metric.logPath),
            picture: resolve(values.logs, 'error_distribution.png'),
            page: http?.url,
          }),
        ended: () => shown.summary(progress),
      };
    }
  },
});

const EXAMPLE = new URL('../../examples/diabetes/', import.meta.url);

/** The demonstration, where neither data nor model are given: values that somebody set stay as they are. */
function withDemo(
  settings: CommandSettings<(typeof KEYS)[number]>,
): CommandSettings<(typeof KEYS)[number]>['values'] {
  const { values, isSet } = settings;
  if (values.data !== undefined || values.model !== undefined) return values;
  return {
    ...values,
    data: fileURLToPath(new URL('diabetes.csv', EXAMPLE)),
    target: 'progression',
    model: [fileURLToPath(new URL('diabetes_linear.pkl', EXAMPLE))],
    labelDelay: isSet('labelDelay') ? values.labelDelay : { minMs: 500, maxMs: 5_000 },
  };
}

/** @throws {AftermathError} `usage` where a slice is asked for by what no row carries */
function mustTravel(slices: readonly string[], tags: readonly string[]): void {
  const missing = slices.find((tag) => !tags.includes(tag));
  if (missing === undefined) return;
  throw new AftermathError(
    'usage',
    `Cannot slice by "${missing}": it is not among the tags of the rows. Name the column with --tags as well.`,
  );
}
