import { randomUUID } from 'node:crypto';
import type { ModelSnapshot, Snapshot, Task } from '../wire/snapshot.ts';
import { coverageOf } from './coverage.ts';
import { type Books, type ModelBooks, withUnattributed } from './ledger/books.ts';
import type { Ledger, LedgerTask } from './ledger/ledger.ts';
import { arrivalsOf, cohortsOf, maturityOf } from './maturity.ts';
import { chartsOf } from './shown-charts.ts';
import { slicesOf } from './shown-slices.ts';
import { timeWindowsOf } from './shown-windows.ts';
import type { FigureKeeper } from './figure-keeper.ts';
import type { FigureSettings } from './figure-settings.ts';
import type { OutcomeKeeper } from './outcome-keeper.ts';

/** What a snapshot is made from. */
export interface SnapshotSources {
  readonly ledger: Ledger;
  readonly figures: FigureKeeper;
  readonly outcomes: OutcomeKeeper;
  readonly settings: FigureSettings;
  readonly logPath: string;
  readonly nowMs: () => number;
}

/** Makes snapshots of one run of a metric stage. */
export class Snapshots {
  readonly #sources: SnapshotSources;
  readonly #publisher = randomUUID();
  readonly #rate = new Rate();
  readonly #deadLetters = new Map<string, number>();
  #last: Snapshot | undefined;

  constructor(sources: SnapshotSources) {
    this.#sources = sources;
  }

  /** So many outcomes were scored just now. */
  scored(outcomes: number): void {
    this.#rate.add(outcomes);
  }

  /** So many records could not be used. */
  refused(code: string, count: number): void {
    this.#deadLetters.set(code, (this.#deadLetters.get(code) ?? 0) + count);
  }

  /** Sets a point in each model's history. */
  mark(): void {
    const { ledger, figures, outcomes, nowMs } = this.#sources;
    for (const { model, counts } of ledger.books.models) {
      const mae = figures.model(model)?.values()['mae']?.value;
      if (mae !== undefined) outcomes.history(model)?.mark({ atMs: nowMs(), scored: counts.scored, mae });
    }
  }

  /** The last snapshot with the present time: nothing has changed since. Costs nothing. */
  again(): Snapshot {
    return this.#last === undefined ? this.make() : { ...this.#last, publishedAtMs: Date.now() };
  }

  make(): Snapshot {
    this.#last = this.#made();
    return this.#last;
  }

  #made(): Snapshot {
    const { ledger, logPath } = this.#sources;
    const { books } = ledger;
    const models = champions(books).map((model, i) => this.#model(model, i === 0 ? books.unattributed : 0));
    return {
      kind: 'metric',
      schema: 1,
      publisher: this.#publisher,
      publishedAtMs: Date.now(),
      sinceMs: ledger.sinceMs,
      models,
      truths: { ...books.truths },
      deadLetters: Object.fromEntries(this.#deadLetters),
      rowsPerSecond: this.#rate.perSecond(),
      logPath,
    };
  }

  #model(
    { model, challenger, version, counts, cohorts, slices }: ModelBooks,
    unattributed: number,
  ): ModelSnapshot {
    const figures = this.#sources.figures.model(model);
    const coverage = coverageOf(counts);
    const made = cohortsOf(cohorts, figures);
    return {
      model,
      role: challenger ? 'challenger' : 'champion',
      version,
      task: figures && taskOf(this.#sources.ledger.task, figures.classes),
      books: withUnattributed(counts, unattributed),
      figures: figures?.values() ?? {},
      errors: figures?.histogram(),
      history: this.#sources.outcomes.history(model)?.points ?? [],
      labelLag: figures?.labelLag(),
      ...(coverage !== undefined && { coverage }),
      maturity: maturityOf(made, this.#sources.nowMs()),
      cohorts: made,
      arrivals: arrivalsOf(figures),
      ...(figures && {
        ...chartsOf(figures),
        windows: timeWindowsOf(figures, this.#sources.settings.windows),
        slices: slicesOf(figures, slices),
      }),
    };
  }
}

/** Champion first, then in order of first appearance. */
function champions(books: Readonly<Books>): readonly ModelBooks[] {
  return [...books.models].sort((a, b) => Number(a.challenger) - Number(b.challenger));
}

function taskOf(task: LedgerTask | undefined, classes: number): Task | undefined {
  if (task !== 'classification') return task;
  return classes > 2 ? 'multiclass' : 'binary';
}

/** Events in the last second. */
class Rate {
  #events: { readonly atMs: number; readonly count: number }[] = [];

  add(count: number): void {
    if (count > 0) this.#events.push({ atMs: performance.now(), count });
    if (this.#events.length > 2000) this.#forget();
  }

  perSecond(): number {
    this.#forget();
    return this.#events.reduce((sum, { count }) => sum + count, 0);
  }

  #forget(): void {
    const fromMs = performance.now() - 1000;
    this.#events = this.#events.filter(({ atMs }) => atMs >= fromMs);
  }
}
