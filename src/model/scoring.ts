import type { FeatureRecord, PredictionRecord, Refusal, Value } from '../wire/records.ts';
import { valueAt, type OutputInfo, type Predictions, type Table } from './predictor.ts';
import type { ServingModel } from './serving.ts';
import { rowsToTable } from './table.ts';

/** What a model said about a batch of records, and the records it could not score. */
export interface Scored {
  readonly predictions: readonly PredictionRecord[];
  readonly refused: readonly Refusal[];
  /** The rows as the model was given them. */
  readonly table: Table;
}

/**
 * Scores records with one model. Time, tags and weight of a row travel on with its prediction. A row that
 * cannot be scored is refused by itself, with the reason and its text.
 */
export async function score(model: ServingModel, records: readonly FeatureRecord[]): Promise<Scored> {
  const { predictor, version } = model;
  const { info } = predictor;
  const table = rowsToTable(
    records.map((record) => record.body),
    info,
  );
  const said = await predictor.predict(table);
  const predictions: PredictionRecord[] = [];
  const refused: Refusal[] = [];
  const outputNames = info.outputs.length > 1 ? info.outputs.map((output) => output.name) : undefined;
  for (let row = 0; row < records.length; row++) {
    const record = records[row]!;
    const reason = said.refused.get(row) ?? infiniteOutput(said, row, info.outputs.length);
    if (reason !== undefined) {
      refused.push(refusal(model, record, reason));
      continue;
    }
    predictions.push({
      id: record.id,
      timeMs: record.timeMs,
      tags: record.tags,
      weight: record.weight,
      value: outputNames === undefined ? valueAt(info, said, row) : valuesAt(model, said, row),
      outputs: outputNames,
      model: model.name,
      version,
      role: model.role,
      proba: probabilitiesAt(info.outputs[0], said, row),
      interval: undefined,
    });
  }
  return { predictions, refused, table };
}

function valuesAt({ predictor: { info } }: ServingModel, said: Predictions, row: number): Value[] {
  return info.outputs.map((_, output) => valueAt(info, said, row, output));
}

/** Of the first output, whose classes come first. */
function probabilitiesAt(
  output: OutputInfo | undefined,
  said: Predictions,
  row: number,
): Record<string, number> | undefined {
  if (said.probabilities === undefined || output?.classes === undefined) return undefined;
  const perRow = said.probabilities.length / said.rows;
  const proba: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const [i, label] of output.classes.entries())
    proba[String(label)] = said.probabilities[row * perRow + i] ?? NaN;
  return proba;
}

/** An overflow, say of a linear model far outside what it was trained on, cannot travel as JSON. */
function infiniteOutput(said: Predictions, row: number, outputs: number): string | undefined {
  for (let i = row * outputs; i < (row + 1) * outputs; i++) {
    if (!Number.isFinite(said.values[i]))
      return `the model's output is ${said.values[i]}, which is no prediction`;
  }
  return undefined;
}

function refusal(model: ServingModel, record: FeatureRecord, reason: string): Refusal {
  const body = JSON.stringify(record.body);
  return {
    code: 'bad-features',
    reason: `Cannot score with ${model.name}: ${reason}`,
    text: `{"id":${record.id},"body":${body}}`,
    count: 1,
  };
}
