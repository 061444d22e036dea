import { once } from 'node:events';
import { Option, type Command } from 'commander';
import { readCsv, type CsvRow } from '../service/csv.ts';
import { loadModel } from '../model/load.ts';
import { valueAt, type ModelInfo, type Predictions, type Predictor } from '../model/predictor.ts';
import { rowsToTable } from '../model/table.ts';
import { AftermathError } from '../service/errors.ts';
import type { Cell, Value } from '../wire/records.ts';
import { command } from './command.ts';
import { readingFiles } from './reading-log.ts';

/** `aftermath predict`: what a model says about the rows of a file. */
export const predictCommand: Command = command({
  name: 'predict',
  arguments: [
    ['<model>', 'model file'],
    ['<data>', 'CSV file, plain or gzip'],
  ],
  summary: 'score the rows of a CSV file; CSV to standard output',
  help:
    'Scores the rows of a CSV file and writes a line for each: prediction, and probability_<class> where the model\n' +
    'gives them. A model that knows the names of its features takes its columns by name and leaves others aside;\n' +
    'one without takes all columns in order, or those of --columns. An empty cell is a missing value.',
  settings: [],
  flags: [
    new Option('--no-header', 'the file begins with its first row'),
    new Option(
      '--columns <A,B,…>',
      'the columns to predict from, in this order (by number from 0 with --no-header)',
    ),
    new Option('--skip-bad', 'write empty cells for a row that cannot be scored, and go on'),
  ],
  run: async ({ arguments: [modelPath = '', dataPath = ''], flags }) => {
    const columns = typeof flags['columns'] === 'string' ? flags['columns'].split(',') : undefined;
    await using model = await loadModel(modelPath);
    const names = await columnNames(model);
    const settings = {
      hasHeader: flags['header'] !== false,
      columns,
      skipsBad: flags['skipBad'] === true,
      dataPath,
      answerWidth: names.length,
    };
    await write(`${names.map(quoted).join(',')}\n`);
    let pick: Picker | undefined;
    // Rows that run over the terminal tell themselves how far it is.
    using progress = process.stdout.isTTY ? undefined : readingFiles('predicting', [dataPath]);
    for await (const rows of readCsv(dataPath, progress?.done)) {
      let from = 0;
      if (pick === undefined) {
        const head = rows[0]?.cells ?? [];
        pick = picker(settings.hasHeader ? head : head.map((_, i) => String(i)), model.info, settings);
        if (settings.hasHeader) from = 1;
      }
      for (; from < rows.length; from += ROWS_AT_ONCE) {
        await write(await predictRows(model, rows.slice(from, from + ROWS_AT_ONCE), pick, settings));
      }
    }
    return 0;
  },
});

const ROWS_AT_ONCE = 1_024;

interface PredictSettings {
  readonly hasHeader: boolean;
  readonly columns: readonly string[] | undefined;
  readonly skipsBad: boolean;
  readonly dataPath: string;
  /** Columns of the answer. */
  readonly answerWidth: number;
}

/** Which cells of a row go into the model, and how wide the file is. */
interface Picker {
  readonly columns: readonly number[];
  readonly width: number;
}

function picker(header: readonly string[], info: ModelInfo, settings: PredictSettings): Picker {
  const wanted = settings.columns ?? (settings.hasHeader ? info.featureNames : undefined) ?? header;
  const columns = wanted.map((name) => header.indexOf(name));
  const missing = wanted.filter((_, i) => (columns[i] ?? -1) < 0);
  if (missing.length > 0) {
    throw new AftermathError(
      'stop',
      `Cannot predict from ${settings.dataPath}: there is no column ${missing.map((name) => `"${name}"`).join(', ')}. ` +
        `It has ${header.map((name) => `"${name}"`).join(', ')}.`,
    );
  }
  if (info.featureCount !== undefined && columns.length !== info.featureCount) {
    throw new AftermathError(
      'stop',
      `Cannot predict from ${settings.dataPath}: ${columns.length} columns, the model takes ${info.featureCount}. ` +
        `Name them with --columns.`,
    );
  }
  return { columns, width: header.length };
}

async function predictRows(
  model: Predictor,
  rows: readonly CsvRow[],
  pick: Picker,
  settings: PredictSettings,
): Promise<string> {
  const { info } = model;
  const texts = new Set(info.textFeatures);
  const malformed = rows.map((row) => row.problem ?? widthProblem(row, pick));
  const cells = rows.map((row) =>
    pick.columns.map((column, i) => cellOf(row.cells[column] ?? '', texts.has(i))),
  );
  const shape = { featureCount: info.featureCount ?? pick.columns.length, featureNames: undefined };
  const said = await model.predict(rowsToTable(cells, shape));
  const emptyLine = ','.repeat(settings.answerWidth - 1);
  let text = '';
  for (const [i, row] of rows.entries()) {
    const problem = malformed[i] ?? said.refused.get(i);
    if (problem !== undefined && !settings.skipsBad) {
      process.stdout.write(text);
      throw new AftermathError(
        'stop',
        `Cannot predict line ${row.line} of ${settings.dataPath}: ${problem}. --skip-bad goes on without it.`,
      );
    }
    text += problem === undefined ? `${lineOf(info, said, i)}\n` : `${emptyLine}\n`;
  }
  return text;
}

function widthProblem(row: CsvRow, pick: Picker): string | undefined {
  return row.cells.length === pick.width ? undefined : `${row.cells.length} cells, expected ${pick.width}`;
}

/** An empty cell is missing; text stays text where the model knows texts, and is refused by the table elsewhere. */
function cellOf(text: string, isText: boolean): Cell {
  if (text === '') return null;
  if (text === 'True' || text === 'False') return text === 'True';
  if (isText) return text;
  const number = Number(text);
  if (text.trim() !== '' && !Number.isNaN(number)) return number;
  return /^[+-]?nan$/i.test(text.trim()) ? null : text;
}

/** The columns of the answer. A model tells whether it gives probabilities by what it says about no rows. */
async function columnNames(model: Predictor): Promise<string[]> {
  const { info } = model;
  const many = info.outputs.length > 1;
  const predictions = info.outputs.map((_, i) => (many ? `prediction_${i}` : 'prediction'));
  const nothing = rowsToTable([], { featureCount: info.featureCount ?? 0, featureNames: undefined });
  if ((await model.predict(nothing)).probabilities === undefined) return predictions;
  const probabilities = info.outputs.flatMap((output, i) =>
    (output.classes ?? []).map((label) => `probability_${many ? `${i}_` : ''}${shown(label)}`),
  );
  return [...predictions, ...probabilities];
}

function lineOf(info: ModelInfo, said: Predictions, row: number): string {
  const values = info.outputs.map((_, output) => quoted(shown(valueAt(info, said, row, output))));
  if (said.probabilities === undefined) return values.join(',');
  const perRow = said.probabilities.length / said.rows;
  return [...values, ...said.probabilities.subarray(row * perRow, (row + 1) * perRow)].join(',');
}

/** Booleans as Python writes them. */
function shown(value: Value): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
