import type { Clock } from '../service/clock.ts';
import { AftermathError } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import {
  type ChangeWatch,
  changeMark,
  emptyWatch,
  keepMark,
  observe,
  type WatchState,
} from '../wire/change-watch.ts';
import type { FeatureRecord } from '../wire/records.ts';
import type { MarkSnapshot } from '../wire/snapshot.ts';
import type { Table } from './predictor.ts';

/**
 * What change detectors saw in chosen features, row by row as this worker scored them; they begin anew with it. A mark
 * stands at the time of its row, where that came along, and promises nothing. What is missing is no observation.
 */
export class FeatureMarks {
  readonly #watches: readonly FeatureWatched[];
  readonly #clock: Clock;
  readonly #log: Pick<Logger, 'warn'>;
  #isPlaced = false;

  /** @param watches those on loss and prediction are left to the metric stage */
  constructor(
    watches: readonly ChangeWatch[],
    { clock, log }: { readonly clock: Clock; readonly log: Pick<Logger, 'warn'> },
  ) {
    this.#clock = clock;
    this.#log = log;
    this.#watches = watches.flatMap((watch) =>
      watch.on.kind === 'feature'
        ? [{ ...emptyWatch(watch), watch, feature: watch.on.feature, column: undefined, isTold: false }]
        : [],
    );
  }

  /**
   * Which column each feature is.
   *
   * @throws {AftermathError} `usage` where a feature is none of them
   */
  place(names: readonly string[]): void {
    const [unknown] = this.#placed(names);
    if (unknown !== undefined) throw unknownFeature(unknown, names);
  }

  /** Takes rows in the order in which they came. @param nameOf what a column is called */
  take(table: Table, records: readonly FeatureRecord[], nameOf: (column: number) => string): void {
    if (this.#watches.length === 0) return;
    if (!this.#isPlaced) this.#placeLate(Array.from({ length: table.width }, (_, i) => nameOf(i)));
    const nowMs = this.#clock.nowMs();
    for (const watched of this.#watches) {
      const { column, watch } = watched;
      if (column === undefined) continue;
      for (let row = 0; row < table.rows; row++) {
        const value = table.values[row * table.width + column]!;
        if (Number.isNaN(value)) this.#tellText(watched, table, row);
        const change = observe(watch, watched, value);
        if (change !== undefined) keepMark(watched, changeMark(watch, change, records[row]?.timeMs ?? nowMs));
      }
    }
  }

  /** Oldest first; of each watch the last twenty. */
  all(): readonly MarkSnapshot[] {
    return this.#watches.flatMap(({ marks }) => marks).sort((a, b) => a.atMs - b.atMs);
  }

  /** Names that are known only once rows are there stop nobody. */
  #placeLate(names: readonly string[]): void {
    for (const unknown of this.#placed(names)) this.#log.warn(unknownFeature(unknown, names).message);
  }

  /** Gives each its column. @returns those that have none */
  #placed(names: readonly string[]): FeatureWatched[] {
    this.#isPlaced = true;
    return this.#watches.filter((watched) => {
      const column = names.indexOf(watched.feature);
      if (column >= 0) watched.column = column;
      return column < 0;
    });
  }

  #tellText(watched: FeatureWatched, { cells }: Table, row: number): void {
    if (watched.isTold || watched.column === undefined) return;
    if (typeof cells?.get(watched.column)?.[row] !== 'string') return;
    watched.isTold = true;
    this.#log.warn(`${watched.watch.text} leaves out values that are texts: a number is expected.`);
  }
}

interface FeatureWatched extends WatchState<MarkSnapshot> {
  readonly watch: ChangeWatch;
  readonly feature: string;
  /** `undefined` while names are not known, or where it is none of them. */
  column: number | undefined;
  isTold: boolean;
}

function unknownFeature({ watch, feature }: FeatureWatched, names: readonly string[]): AftermathError {
  const some = names.slice(0, 20).join(', ');
  const expected = `a feature of the model is expected: ${some}${names.length > 20 ? ', …' : ''}`;
  return new AftermathError(
    'stop',
    `Cannot look for changes of "${feature}" (--marks "${watch.text}"): ${expected}.`,
  );
}
