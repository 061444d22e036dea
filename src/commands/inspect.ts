import { Option, type Command } from 'commander';
import { loadModel } from '../model/load.ts';
import type { ModelInfo } from '../model/predictor.ts';
import { command } from './command.ts';

/** `aftermath inspect MODEL`: what a model file holds. */
export const inspectCommand: Command = command({
  name: 'inspect',
  arguments: [['<model>', 'model file']],
  summary: 'what a model file holds, without running anything in it',
  help: 'Tells format, estimator, library and version, task, features, classes, size and sha256 of a model file.',
  settings: [],
  flags: [new Option('--json', 'answer in JSON')],
  run: async ({ arguments: [path = ''], flags }) => {
    await using model = await loadModel(path);
    const { info } = model;
    process.stdout.write(
      flags['json'] === true ? `${JSON.stringify(info, undefined, 2)}\n` : describe(path, info),
    );
    return 0;
  },
});

function describe(path: string, info: ModelInfo): string {
  const classes = info.outputs.flatMap((output) =>
    output.classes === undefined ? [] : [output.classes.join(', ')],
  );
  const lines: [string, string | undefined][] = [
    ['file', path],
    ['format', info.format],
    ['estimator', info.estimator],
    ['library', [info.library, info.libraryVersion ?? '(version unknown)'].join(' ')],
    ['task', info.task],
    ['features', featuresText(info)],
    ['outputs', info.outputs.length > 1 ? info.outputs.map((output) => output.name).join(', ') : undefined],
    ['classes', classes.length > 0 ? classes.join(' | ') : undefined],
    ['size', `${info.sizeBytes} bytes`],
    ['sha256', info.sha256],
  ];
  const shown = lines.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(10)} ${value}`],
  );
  const steps = info.steps.length > 1 ? ['steps', ...info.steps.map((step) => `  ${step}`)] : [];
  return [...shown, ...steps, ...info.warnings.map((warning) => `warning: ${warning}`), ''].join('\n');
}

function featuresText({ featureCount, featureNames }: ModelInfo): string {
  if (featureCount === undefined) return 'any';
  return featureNames === undefined
    ? `${featureCount}, without names`
    : `${featureCount}: ${featureNames.join(', ')}`;
}
