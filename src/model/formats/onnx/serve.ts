import { messageOf } from '../../../service/errors.ts';
import { ModelLoadError } from '../../load-error.ts';
import type { Predictions, Table } from '../../predictor.ts';
import type { ParsedContent, Served } from '../served.ts';
import { readOnnx, type OnnxFile } from './graph.ts';
import { inputsOf, type Inputs } from './inputs.ts';
import { outputsOf, type Answers, type Outputs } from './outputs.ts';
import { openGraph, type OpenGraph } from './runtime.ts';

/** A model that the runtime computes: as `Served`, but it answers later. */
export interface ServedByRuntime {
  readonly about: Served['about'];
  /** Blocks its thread meanwhile; see `openGraph`. */
  predict(table: Table): Promise<Predictions>;
}

/**
 * Reads an ONNX file into plain data.
 *
 * @throws {ModelLoadError}
 */
export function parseOnnx(bytes: Uint8Array): ParsedContent {
  return { library: 'ONNX', unpackedBytes: bytes.length, content: readOnnx(bytes) };
}

/**
 * Opens what `parseOnnx` gave with ONNX Runtime, having asked it about one row.
 *
 * @throws {ModelLoadError} when the runtime is not installed, or the graph is none that takes rows and predicts
 */
export async function openOnnx(parsed: ParsedContent): Promise<ServedByRuntime> {
  const file = parsed.content as OnnxFile;
  const graph = await openGraph(file.bytes);
  const { session } = graph;
  const other = session.outputMetadata.find(({ isTensor }) => !isTensor);
  if (other !== undefined) {
    throw new ModelLoadError(
      `its output "${other.name}" is no tensor, which ONNX Runtime cannot hand over; convert it with options={'zipmap': False}`,
    );
  }
  const inputs = inputsOf(graph.runtime, session.inputMetadata);
  const outputs = outputsOf(session.outputNames, await probe(graph, inputs), file.labels);
  const { classes, width } = outputs;
  const isSingle = classes !== undefined || width === 1;
  return {
    about: {
      estimator: file.operators.findLast((operator) => TELLING.test(operator)) ?? 'graph',
      library: `ONNX (${file.producer})`,
      libraryVersion: file.producerVersion,
      task: outputs.task,
      outputs: Array.from({ length: width }, (_, i) => ({
        name: isSingle ? 'prediction' : `prediction_${i}`,
        classes,
      })),
      featureCount: inputs.featureCount,
      featureNames: inputs.featureNames,
      textFeatures: inputs.textFeatures,
      steps: [
        `graph, ${file.opset}`,
        ...file.operators.slice(0, STEPS_MAX).map((operator) => `  ${operator}`),
      ],
      warnings: [],
    },
    predict: (table) => predict(graph, inputs, outputs, table),
  };
}

/** Operators that say what a model is. */
const TELLING = /(?:Classifier|Regressor)$/;
const STEPS_MAX = 40;

async function probe(graph: OpenGraph, inputs: Inputs): Promise<Answers> {
  const width = inputs.featureCount;
  const table: Table = {
    rows: 1,
    width,
    values: new Float64Array(width),
    cells: undefined,
    refused: new Map(),
  };
  try {
    return await graph.session.run(inputs.feeds(table, { from: 0, count: inputs.batchRows ?? 1 }));
  } catch (error) {
    throw new ModelLoadError(`it fails on a row of zeros: ${messageOf(error)}`, { cause: error });
  }
}

/** Rows that the runtime is asked about at once, where the graph does not say: bounds what it allocates. */
const ROWS_AT_ONCE_MAX = 4_096;

async function predict(
  graph: OpenGraph,
  inputs: Inputs,
  outputs: Outputs,
  table: Table,
): Promise<Predictions> {
  if (table.width !== inputs.featureCount) {
    throw new RangeError(`a table of ${table.width} columns for a model of ${inputs.featureCount}`);
  }
  const { width, probabilities: shares } = outputs;
  const refused = inputs.refusals(table);
  const values = new Float64Array(table.rows * width).fill(NaN);
  const probabilities = shares === 0 ? undefined : new Float64Array(table.rows * shares).fill(NaN);
  const ask = async (from: number, count: number): Promise<void> => {
    const rows = Math.min(count, table.rows - from);
    const answers = await graph.session.run(inputs.feeds(table, { from, count }));
    values.set(outputs.values(answers, rows), from * width);
    probabilities?.set(outputs.proba(answers, rows), from * shares);
  };
  for (let from = 0; from < table.rows;) {
    const count = inputs.batchRows ?? Math.min(ROWS_AT_ONCE_MAX, table.rows - from);
    try {
      await ask(from, count);
    } catch {
      // It does not say which row it could not take: each is asked about by itself.
      await askEach(from, Math.min(count, table.rows - from));
    }
    from += count;
  }
  for (let row = 0; row < table.rows; row++) {
    if (outputs.classes !== undefined && values[row] === -1 && !refused.has(row)) {
      refused.set(row, 'the model answers with a label that is none of its classes');
    }
    if (!refused.has(row)) continue;
    values.fill(NaN, row * width, (row + 1) * width);
    probabilities?.fill(NaN, row * shares, (row + 1) * shares);
  }
  return { rows: table.rows, values, probabilities, refused };

  async function askEach(from: number, rows: number): Promise<void> {
    for (let row = from; row < from + rows; row++) {
      if (refused.has(row)) continue;
      try {
        await ask(row, inputs.batchRows ?? 1);
      } catch (error) {
        refused.set(row, `ONNX Runtime refuses it: ${messageOf(error)}`);
      }
    }
  }
}
