import type { DatabaseSync } from 'node:sqlite';
import { type Work, drop, fold, merge, sweep } from './housekeeping.ts';
import type { RecentTable } from './recent-table.ts';
import type { Blocks, Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** What there is to keep in order, and how an entry is judged and given up. */
export interface HousekeeperOptions {
  readonly db: DatabaseSync;
  readonly blocks: Blocks;
  readonly segments: SegmentList;
  readonly horizonMs: number;
  /** Whether an entry of this segment has a newer state elsewhere. */
  readonly replaced: (segment: Segment, bytes: Buffer, at: number) => boolean;
  /** Gives up on what is due in the entry at this place of these bytes. @returns whether it was due */
  readonly expire: (bytes: Buffer, at: number) => boolean;
}

/**
 * Decides what is done beside the batches, and does it in steps that are paid for by the entries that
 * came in: writing older entries as segments, merging segments, expiring what is due in them, dropping
 * what is forgotten. Each call belongs in a transaction.
 */
export class Housekeeper {
  readonly #options: HousekeeperOptions;
  #fold: Work<Segment> | undefined;
  #work: Work<void> | undefined;
  /** A segment is looked through again at the earliest after this, by its id. */
  readonly #lookAgainMs = new Map<number, number>();

  constructor(options: HousekeeperOptions) {
    this.#options = options;
  }

  /** Whether `step` or `goOnFolding` has something to do. */
  hasWork(nowMs: number): boolean {
    return this.#fold !== undefined || this.#work !== undefined || this.#next(nowMs) !== undefined;
  }

  /** Will write a table as a segment. */
  fold(table: RecentTable): void {
    this.#fold = fold(table, this.#options.blocks, this.#options.segments);
  }

  /** Goes on writing the table. @returns whether it is all written now, and the segment in the list */
  goOnFolding(entries: number): boolean {
    if (this.#fold === undefined) return false;
    const made = advance(this.#fold, entries);
    if (made === undefined) return false;
    this.#fold = undefined;
    this.#options.segments.add(made.value, []);
    return true;
  }

  /** Everything else. */
  step(nowMs: number, entries: number): void {
    this.#work ??= this.#next(nowMs);
    if (this.#work !== undefined && advance(this.#work, entries) !== undefined) this.#work = undefined;
  }

  #next(nowMs: number): Work<void> | undefined {
    const { db, segments } = this.#options;
    const overdue = segments.live.find(
      (segment) => segment.dueMs < nowMs && (this.#lookAgainMs.get(segment.id) ?? -Infinity) <= nowMs,
    );
    if (overdue !== undefined) return this.#sweep(overdue, nowMs);
    const oldest = segments.live.at(-1);
    if (oldest !== undefined && oldest.forgetMs < nowMs && oldest.dueMs >= nowMs) {
      // Its states are the oldest there are, so nothing comes back to light.
      return this.#retire(oldest);
    }
    const run = mergeable(segments.live);
    if (run !== undefined) return this.#merge(run, nowMs);
    return segments.firstDead() === undefined ? undefined : drop(db, segments);
  }

  *#sweep(segment: Segment, nowMs: number): Work<void> {
    const { blocks, segments, replaced, expire, horizonMs } = this.#options;
    const dueMs = yield* sweep(segment, blocks, {
      nowMs,
      replaced: (bytes, at) => replaced(segment, bytes, at),
      expire,
    });
    // Decisions do not wait for this, only counts do: looking through it for every entry by itself would cost more.
    this.#lookAgainMs.set(segment.id, nowMs + Math.min(LOOK_AGAIN_MS_MAX, horizonMs / 64));
    if (segments.live.includes(segment)) segments.setDue(segment, dueMs);
  }

  *#retire(segment: Segment): Work<void> {
    this.#lookAgainMs.delete(segment.id);
    this.#options.segments.retire(segment);
    yield 1;
  }

  *#merge(run: readonly Segment[], nowMs: number): Work<void> {
    const { blocks, segments } = this.#options;
    const oldest = run.at(-1) === segments.live.at(-1);
    const made = yield* merge(run, blocks, {
      id: segments.begin(),
      nowMs,
      oldest,
      known: segments.known,
    });
    for (const { id } of run) this.#lookAgainMs.delete(id);
    segments.add(made, run);
  }
}

const LOOK_AGAIN_MS_MAX = 60_000;

/** So many neighbours of one level become one of the next. */
const MERGE_RUN = 16;

function mergeable(live: readonly Segment[]): readonly Segment[] | undefined {
  for (let end = live.length; end >= MERGE_RUN; end--) {
    const run = live.slice(end - MERGE_RUN, end);
    if (run.every((segment) => segment.level === run[0]?.level)) return run;
  }
  return undefined;
}

/** Does a piece of work for so many entries. @returns its result, boxed, once it is done */
function advance<R>(work: Work<R>, entries: number): { readonly value: R } | undefined {
  for (let left = entries; left > 0;) {
    const step = work.next();
    if (step.done === true) return { value: step.value };
    left -= step.value;
  }
  return undefined;
}
