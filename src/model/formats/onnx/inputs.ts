import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelLoadError } from '../../load-error.ts';
import type { Table } from '../../predictor.ts';
import type { Runtime } from './runtime.ts';

/** How the columns of a table go into the inputs of a graph. */
export interface Inputs {
  readonly featureCount: number;
  /** Known where every input is one column. */
  readonly featureNames: readonly string[] | undefined;
  readonly textFeatures: readonly number[];
  /** Rows that the graph takes at once, where it takes no other number. */
  readonly batchRows: number | undefined;
  /** What each row of the table is refused for, before the runtime is asked. */
  refusals(table: Table): Map<number, string>;
  /** The tensors of some rows; those beyond the table repeat its last row, to fill a batch of fixed size. */
  feeds(table: Table, rows: { readonly from: number; readonly count: number }): Record<string, Tensor>;
}

/**
 * Reads the inputs of a graph: one tensor of all columns, or several of some columns each.
 *
 * @throws {ModelLoadError} when it takes something else than a table, or does not say how many columns
 */
export function inputsOf(runtime: Runtime, metadata: readonly InferenceSession.ValueMetadata[]): Inputs {
  let featureCount = 0;
  const inputs = metadata.map((about) => {
    const input = inputOf(about, featureCount);
    featureCount += input.width;
    return input;
  });
  const columns = inputs.flatMap((input) => Array.from({ length: input.width }, () => input));
  const isNamed = inputs.length > 1 && featureCount === inputs.length;
  return {
    featureCount,
    featureNames: isNamed ? inputs.map(({ name }) => name) : undefined,
    textFeatures: [...columns.keys()].filter((column) => columns[column]?.kind === 'string'),
    batchRows: inputs.find(({ batchRows }) => batchRows !== undefined)?.batchRows,
    refusals: (table) => refusals(table, columns),
    feeds: (table, rows) =>
      Object.fromEntries(inputs.map((input) => [input.name, tensorOf(runtime, input, table, rows)])),
  };
}

const KINDS = ['float32', 'float64', 'int64', 'int32', 'bool', 'string'] as const;
type Kind = (typeof KINDS)[number];

interface Input {
  readonly name: string;
  readonly kind: Kind;
  readonly firstColumn: number;
  readonly width: number;
  readonly isFlat: boolean;
  readonly batchRows: number | undefined;
}

function inputOf(about: InferenceSession.ValueMetadata, firstColumn: number): Input {
  const { name } = about;
  if (!about.isTensor)
    throw new ModelLoadError(`its input "${name}" is no tensor, and a row is nothing else`);
  const kind = KINDS.find((known) => known === about.type);
  if (kind === undefined) {
    throw new ModelLoadError(
      `its input "${name}" takes ${about.type}; convert it with ${KINDS.join(', ')} inputs`,
    );
  }
  const [rows, columns] = about.shape;
  if (about.shape.length < 1 || about.shape.length > 2) {
    throw new ModelLoadError(
      `its input "${name}" has ${about.shape.length} dimensions, and a table has two: rows and columns`,
    );
  }
  if (about.shape.length === 2 && (typeof columns !== 'number' || columns < 1)) {
    throw new ModelLoadError(
      `its input "${name}" does not say how many columns it takes; convert it with a shape such as [None, 10]`,
    );
  }
  return {
    name,
    kind,
    firstColumn,
    width: typeof columns === 'number' ? columns : 1,
    isFlat: about.shape.length === 1,
    batchRows: typeof rows === 'number' ? rows : undefined,
  };
}

function refusals(table: Table, columns: readonly Input[]): Map<number, string> {
  const refused = new Map(table.refused);
  for (const [column, { kind }] of columns.entries()) {
    const cells = table.cells?.get(column);
    if (cells === undefined && kind === 'float64') continue;
    for (let row = 0; row < table.rows; row++) {
      if (refused.has(row)) continue;
      const value = table.values[row * table.width + column] ?? NaN;
      const cell = cells === undefined ? value : cells[row];
      const problem = problemOf(kind, value, cell);
      if (problem !== undefined) refused.set(row, `feature ${column} ${problem}`);
    }
  }
  return refused;
}

function problemOf(kind: Kind, value: number, cell: unknown): string | undefined {
  if (kind === 'string')
    return typeof cell === 'string' ? undefined : 'is no text, and the model takes text there';
  if (typeof cell === 'string') return `is the text '${cell}', and the model takes a number there`;
  if (kind === 'float64') return undefined;
  if (kind === 'float32') {
    const isTooLarge = Number.isFinite(value) && !Number.isFinite(Math.fround(value));
    return isTooLarge ? `is ${value}, beyond the range of the model's 32-bit numbers` : undefined;
  }
  if (Number.isNaN(value)) return 'is missing, and the model takes whole numbers there';
  const bound = kind === 'int32' ? 2 ** 31 - 1 : kind === 'bool' ? 1 : Number.MAX_SAFE_INTEGER;
  if (Number.isInteger(value) && Math.abs(value) <= bound) return undefined;
  return `is ${value}, and the model takes ${kind === 'bool' ? 'true or false' : 'whole numbers'} there`;
}

function tensorOf(
  runtime: Runtime,
  input: Input,
  table: Table,
  { from, count }: { readonly from: number; readonly count: number },
): Tensor {
  const { kind, width, firstColumn } = input;
  const dims = input.isFlat ? [count] : [count, width];
  const last = table.rows - 1;
  const at = (i: number): number => {
    const row = Math.min(from + Math.floor(i / width), last);
    return row * table.width + firstColumn + (i % width);
  };
  const length = count * width;
  if (kind === 'string') {
    const text = (i: number): string => {
      const cell = table.cells?.get(firstColumn + (i % width))?.[
        Math.min(from + Math.floor(i / width), last)
      ];
      return typeof cell === 'string' ? cell : '';
    };
    return new runtime.Tensor(
      'string',
      Array.from({ length }, (_, i) => text(i)),
      dims,
    );
  }
  const number = (i: number): number => table.values[at(i)] ?? NaN;
  if (kind === 'int64') {
    // A refused row is in the batch too, and nobody reads what comes out for it.
    const whole = (i: number): bigint => BigInt(Number.isInteger(number(i)) ? number(i) : 0);
    return new runtime.Tensor(
      'int64',
      BigInt64Array.from({ length }, (_, i) => whole(i)),
      dims,
    );
  }
  if (kind === 'int32')
    return new runtime.Tensor(
      kind,
      Int32Array.from({ length }, (_, i) => number(i)),
      dims,
    );
  if (kind === 'bool')
    return new runtime.Tensor(
      kind,
      Uint8Array.from({ length }, (_, i) => number(i)),
      dims,
    );
  const values = kind === 'float32' ? new Float32Array(length) : new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = number(i);
  return kind === 'float32'
    ? new runtime.Tensor('float32', values as Float32Array, dims)
    : new runtime.Tensor('float64', values as Float64Array, dims);
}
