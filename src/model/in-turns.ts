import type { LoadedModel, ModelInfo, Predictions, Predictor, Table } from './predictor.ts';
import { SERVING_LIMITS } from './serving-limits.ts';

/**
 * A model that computes in this thread, some rows at a time: after about `turnMs` whatever else waits here has its
 * turn. How many rows that is it learns from how long they take.
 */
export class InTurns implements Predictor {
  readonly info: ModelInfo;
  readonly #model: LoadedModel;
  #rowMs: number;

  /** @param rowMs about how long a row takes, as a first guess */
  constructor(model: LoadedModel, rowMs: number) {
    this.info = model.info;
    this.#model = model;
    this.#rowMs = Math.max(rowMs, ROW_MS_MIN);
  }

  async predict(table: Table): Promise<Predictions> {
    if (table.rows <= this.#rowsInTurn()) return this.#measured(table);
    const parts: Predictions[] = [];
    for (let from = 0; from < table.rows;) {
      if (from > 0) await nextTurn();
      const to = Math.min(table.rows, from + this.#rowsInTurn());
      parts.push(this.#measured(slice(table, from, to)));
      from = to;
    }
    return joined(parts);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #rowsInTurn(): number {
    return Math.max(1, Math.floor(SERVING_LIMITS.turnMs / this.#rowMs));
  }

  #measured(table: Table): Predictions {
    if (table.rows === 0) return this.#model.predict(table);
    const startMs = performance.now();
    const said = this.#model.predict(table);
    const rowMs = Math.max((performance.now() - startMs) / table.rows, ROW_MS_MIN);
    // At once where it is slower than thought, slowly back: a turn that was too long is what must not come again.
    this.#rowMs = rowMs > this.#rowMs ? rowMs : 0.7 * this.#rowMs + 0.3 * rowMs;
    return said;
  }
}

/** Below what a clock can tell of a few rows; also the most rows a turn may have. */
const ROW_MS_MIN = 1e-5;

function slice(table: Table, from: number, to: number): Table {
  const { width, cells } = table;
  const refused = new Map<number, string>();
  for (const [row, reason] of table.refused) if (row >= from && row < to) refused.set(row - from, reason);
  return {
    rows: to - from,
    width,
    values: table.values.subarray(from * width, to * width),
    cells: cells && new Map(Array.from(cells, ([column, all]) => [column, all.slice(from, to)])),
    refused,
  };
}

function joined(parts: readonly Predictions[]): Predictions {
  const refused = new Map<number, string>();
  let rows = 0;
  for (const part of parts) {
    for (const [row, reason] of part.refused) refused.set(rows + row, reason);
    rows += part.rows;
  }
  const shares = parts.flatMap(({ probabilities }) => (probabilities === undefined ? [] : [probabilities]));
  return {
    rows,
    values: endToEnd(parts.map(({ values }) => values)),
    probabilities: shares.length === parts.length ? endToEnd(shares) : undefined,
    refused,
  };
}

function endToEnd(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
