import { randomUUID } from 'node:crypto';
import { AftermathError } from '../service/errors.ts';
import type { StageContext } from '../service/stage.ts';
import type { ChangeWatch } from '../wire/change-watch.ts';
import {
  type FeatureDistribution,
  FEATURES_SHOWN_MAX,
  type FeaturesSnapshot,
} from '../wire/features-snapshot.ts';
import type { FeatureRecord } from '../wire/records.ts';
import { type FeatureColumns, readFeatureFile } from './feature-file.ts';
import { FeatureMarks } from './feature-marks.ts';
import { FeatureRows } from './feature-rows.ts';
import type { ModelInfo, Table } from './predictor.ts';

/** How the features of a worker are watched. */
export interface FeatureWatchSettings {
  /** CSV file with features as they should be; `undefined`: the first rows of this worker. */
  readonly referencePath: string | undefined;
  /** Its columns. Those that are named as features are what features are called, where the model does not say. */
  readonly referenceColumns: FeatureColumns;
  /** So many first rows are the reference where no file is. */
  readonly referenceRows: number;
  /** The window is so many last rows. */
  readonly windowRows: number;
  /** Time between two snapshots. */
  readonly publishEveryMs: number;
  /** Where changes are looked for, to be marked: those on features count here. */
  readonly marks: readonly ChangeWatch[];
}

/** What of its surroundings it needs: what time it is for rows that do not say, and whom it tells. */
type WatchContext = Pick<StageContext, 'clock' | 'log'>;

/** Rows of a reference file that are kept at most: of more an even sample. */
const REFERENCE_FILE_ROWS_MAX = 100_000;

/**
 * The features that one worker has seen: a reference, and a window of the last rows. Taking rows is a copy of their
 * numbers; sorting them is left to `snapshot`, a feature at a time.
 */
export class FeatureWatch {
  readonly #settings: FeatureWatchSettings;
  readonly #publisher = randomUUID();
  readonly #sinceMs = Date.now();
  readonly #marks: FeatureMarks;
  #names: readonly string[] | undefined;
  #reference: FeatureRows | undefined;
  #referenceIsWhole = false;
  /** Made once the reference is whole. */
  #referenceDistributions: readonly FeatureDistribution[] | undefined;
  #window: FeatureRows | undefined;
  #seen = 0;
  #toMs = 0;

  private constructor(settings: FeatureWatchSettings, context: WatchContext) {
    this.#settings = settings;
    this.#marks = new FeatureMarks(settings.marks, context);
  }

  /**
   * Reads the reference file where there is one.
   *
   * @param info of the champion, whose columns the file must have
   * @throws {AftermathError} `stop` when it cannot be read or has not the columns; `usage` when changes are looked for
   *   in a feature that the model has not
   */
  static async open(
    settings: FeatureWatchSettings,
    info: ModelInfo,
    context: WatchContext,
  ): Promise<FeatureWatch> {
    const watch = new FeatureWatch(settings, context);
    watch.#names = info.featureNames ?? named(settings.referenceColumns.features, info);
    if (settings.referencePath !== undefined) await watch.#readReference(settings.referencePath, info);
    if (watch.#names !== undefined) watch.#marks.place(watch.#names);
    return watch;
  }

  async #readReference(path: string, info: ModelInfo): Promise<void> {
    const columns = this.#settings.referenceColumns;
    const features = info.featureNames ?? columns.features;
    const file = await readFeatureFile(path, { ...columns, features }, REFERENCE_FILE_ROWS_MAX);
    if (file.names.length !== (info.featureCount ?? file.names.length)) {
      const found = `${file.names.length} columns of ${path} (${file.names.slice(0, 20).join(', ')})`;
      const expected = `the model takes ${info.featureCount} features; name them with --features`;
      throw new AftermathError('stop', `Cannot take ${found} for the reference: ${expected}.`);
    }
    this.#names ??= file.names;
    this.#reference = file.rows;
    this.#referenceIsWhole = true;
  }

  /** Takes rows as the champion was given them. */
  take(table: Table, records: readonly FeatureRecord[]): void {
    if (table.rows === 0 || table.width === 0) return;
    this.#names ??= namesIn(records);
    const { referenceRows, windowRows } = this.#settings;
    this.#reference ??= new FeatureRows(table.width, referenceRows);
    // A model that takes any width may be given another one; the first one stays.
    if (table.width !== this.#reference.width) return;
    this.#marks.take(table, records, (column) => this.#nameOf(column));
    const [atMs, to] = [Date.now(), table.rows];
    this.#seen += table.rows;
    let from = 0;
    if (!this.#referenceIsWhole) {
      from = Math.min(table.rows, this.#reference.rowsMax - this.#reference.count);
      this.#reference.append(table, { from: 0, to: from, atMs });
      this.#referenceIsWhole = this.#reference.count === this.#reference.rowsMax;
    }
    if (from === to) return;
    this.#window ??= new FeatureRows(table.width, windowRows);
    this.#window.append(table, { from, to, atMs });
    this.#toMs = atMs;
  }

  /** How everything stands, or `undefined` before a row. Gives way to whatever else waits after each few features. */
  async snapshot(model: string): Promise<FeaturesSnapshot | undefined> {
    const reference = this.#reference;
    if (reference === undefined) return undefined;
    const count = Math.min(reference.width, FEATURES_SHOWN_MAX);
    const before = this.#referenceDistributions ?? (await distributionsOf(reference, count));
    if (this.#referenceIsWhole) this.#referenceDistributions = before;
    const window = this.#window;
    const now = window === undefined ? undefined : await distributionsOf(window, count);
    const fromMs = window?.fromMs;
    const marks = this.#marks.all();
    return {
      kind: 'features',
      schema: 1,
      publisher: this.#publisher,
      publishedAtMs: Date.now(),
      everyMs: this.#settings.publishEveryMs,
      sinceMs: this.#sinceMs,
      model,
      rows: this.#seen,
      reference: {
        source: this.#settings.referencePath === undefined ? 'first-rows' : 'file',
        rows: reference.count,
        rowsWanted: this.#referenceIsWhole ? reference.count : reference.rowsMax,
      },
      window: { rows: window?.count ?? 0, ...(fromMs !== undefined && { fromMs, toMs: this.#toMs }) },
      features: before.map((distribution, i) => {
        return { name: this.#nameOf(i), reference: distribution, ...(now?.[i] && { window: now[i] }) };
      }),
      left: reference.width - count,
      ...(marks.length > 0 && { marks }),
    };
  }

  #nameOf(column: number): string {
    return this.#names?.[column] ?? `feature ${column + 1}`;
  }
}

async function distributionsOf(rows: FeatureRows, count: number): Promise<FeatureDistribution[]> {
  const distributions: FeatureDistribution[] = [];
  for (let column = 0; column < count; column++) {
    if (column > 0) await nextTurn();
    distributions.push(rows.distribution(column));
  }
  return distributions;
}

/** Names that were set, where they are as many as the model takes features. */
function named(
  names: readonly string[] | undefined,
  { featureCount }: ModelInfo,
): readonly string[] | undefined {
  return names?.length === (featureCount ?? names?.length) ? names : undefined;
}

/** Of features that came by name, for a model that knows none. */
function namesIn([first]: readonly FeatureRecord[]): readonly string[] | undefined {
  return first === undefined || Array.isArray(first.body) ? undefined : Object.keys(first.body);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
