import { randomUUID } from 'node:crypto';
import type { AlarmSnapshot, ModelSnapshot, Snapshot, Task } from '../../wire/snapshot.ts';
import { coverageIn, coverageOf } from './coverage.ts';
import { type Books, type ModelBooks, withUnattributed } from '../ledger/books.ts';
import type { Ledger, LedgerTask } from '../ledger/ledger.ts';
import { arrivalsOf, cohortsOf, maturityOf } from '../figures/maturity.ts';
import { marksOf } from './shown-marks.ts';
import { chartsOf } from './shown-charts.ts';
import { slicesOf } from './shown-slices.ts';
import { windowsOf } from './shown-windows.ts';
import type { FigureKeeper } from '../figures/figure-keeper.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import type { ModelFigures } from '../figures/model-figures.ts';
import type { Figures, FigureValue } from '../../stats/figure.ts';
import type { HistoryMark } from '../ordered/history.ts';
import type { OutcomeKeeper } from '../ordered/outcome-keeper.ts';

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
  readonly #parts = new Map<string, { readonly untilMs: number; readonly parts: Partial<ModelSnapshot> }>();
  #last: Snapshot | undefined;
  /** Whether all of the last snapshot is of its time. */
  isWhole = true;

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
      const history = outcomes.histories.of(model);
      const found = figures.model(model);
      if (history?.hasNews !== true || found === undefined) continue;
      const shown = outcomes.intervals.of(model, found.values(), found.classes);
      const { mae, mae_of_median: naive } = shown;
      const coverage = coverageOf(counts);
      if (mae === undefined) continue;
      const means = meansOf(shown, found);
      history.mark({
        atMs: nowMs(),
        scored: counts.scored,
        mae: mae.value,
        ...(mae.low !== undefined && mae.high !== undefined && { low: mae.low, high: mae.high }),
        ...(naive && { naiveMae: naive.value }),
        ...(coverage !== undefined && { coverage }),
        ...(means && { means }),
      });
    }
  }

  /** The last snapshot with the present time: nothing has changed since. Costs nothing. */
  again(): Snapshot {
    return this.#last === undefined ? this.make() : { ...this.#last, publishedAtMs: Date.now() };
  }

  /**
   * @param options.whole false: windows, slices and charts may be those of a moment ago, so that making them takes a small
   *   share of the time however many there are; `isWhole` then says so
   */
  make(options: { readonly whole: boolean } = { whole: true }): Snapshot {
    if (options.whole) this.#parts.clear();
    this.isWhole = true;
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
      ...this.#alarms(),
    };
  }

  #alarms(): Pick<Snapshot, 'alarms' | 'suspects'> {
    const { outcomes, ledger } = this.#sources;
    const { alarms } = outcomes;
    if (!alarms.areWatched) return {};
    const covered = (alarm: AlarmSnapshot): AlarmSnapshot => {
      const coverage = coverageIn(ledger.books, alarm.model);
      return coverage === undefined ? alarm : { ...alarm, coverage };
    };
    const suspects = alarms.suspects();
    return { alarms: alarms.list().map(covered), ...(suspects && { suspects: suspects.map(covered) }) };
  }

  #model(
    { model, challenger, version, counts, cohorts, slices, pendingScores }: ModelBooks,
    unattributed: number,
  ): ModelSnapshot {
    const { ledger, nowMs, outcomes } = this.#sources;
    const figures = this.#sources.figures.model(model);
    const coverage = coverageOf(counts);
    const made = cohortsOf(cohorts, figures);
    const estimate = ledger.task === 'regression' ? undefined : outcomes.estimates.of(model, pendingScores);
    return {
      model,
      role: challenger ? 'challenger' : 'champion',
      version,
      task: figures && taskOf(ledger.task, figures.classes),
      books: withUnattributed(counts, unattributed),
      figures: figures === undefined ? {} : outcomes.intervals.of(model, figures.values(), figures.classes),
      errors: figures?.histogram(),
      history: outcomes.histories.of(model)?.points ?? [],
      labelLag: figures?.labelLag(),
      ...(coverage !== undefined && { coverage }),
      maturity: maturityOf(made, nowMs()),
      cohorts: made,
      arrivals: arrivalsOf(figures),
      ...(estimate && { estimate }),
      ...(figures && this.#partsOf(model, figures, { slices, challenger })),
    };
  }

  /** What takes longest to make: used again for some twenty times as long as that took. */
  #partsOf(
    model: string,
    figures: ModelFigures,
    books: Pick<ModelBooks, 'slices' | 'challenger'>,
  ): Partial<ModelSnapshot> {
    const startMs = performance.now();
    const before = this.#parts.get(model);
    if (before !== undefined && startMs < before.untilMs) {
      this.isWhole = false;
      return before.parts;
    }
    const parts = this.#more(model, figures, books);
    const endMs = performance.now();
    this.#parts.set(model, { untilMs: endMs + 20 * (endMs - startMs), parts });
    return parts;
  }

  /** What there is only once the model has an outcome. */
  #more(
    model: string,
    figures: ModelFigures,
    { slices, challenger }: Pick<ModelBooks, 'slices' | 'challenger'>,
  ): Partial<ModelSnapshot> {
    const { outcomes, settings, ledger } = this.#sources;
    const { last, sliceIntervals, comparisons, intervals } = outcomes;
    const marks = marksOf(model, outcomes);
    const champion = ledger.books.models.find((each) => !each.challenger)?.model;
    const comparison = challenger && champion !== undefined ? comparisons.of(model, champion) : undefined;
    const revisedRatio = intervals.revisedRatio(model);
    return {
      windows: windowsOf({ model, figures, last, settings }),
      slices: slicesOf({ model, figures, intervals: sliceIntervals, counts: slices, settings }),
      ...(comparison && { comparison }),
      ...(marks.length > 0 && { marks }),
      ...(revisedRatio !== undefined && { revisedRatio }),
      ...chartsOf(figures),
    };
  }
}

/** The means of a classification's figures; `undefined` of a regression. */
function meansOf({ accuracy, log_loss: loss }: Figures, figures: ModelFigures): HistoryMark['means'] {
  if (accuracy === undefined) return undefined;
  const naive = figures.total().naiveAccuracy();
  return {
    accuracy: { ...ends(accuracy), ...(naive !== undefined && { naive }) },
    ...(loss && { log_loss: ends(loss) }),
  };
}

function ends({ value, low, high }: FigureValue): Pick<FigureValue, 'value' | 'low' | 'high'> {
  return { value, ...(low !== undefined && high !== undefined && { low, high }) };
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
