import type { PredictionRecord, TruthRecord } from '../../src/wire/records.ts';
import { SliceCounts } from '../../src/metric/ledger/slice-counts.ts';
import { PendingScores } from '../../src/metric/ledger/pending-scores.ts';
import { CohortCounts } from '../../src/metric/ledger/cohort-counts.ts';
import { emptyPredictionCounts, emptyBooks } from '../../src/metric/ledger/books.ts';

/** The design's table “The ledger” on plain maps, as short as it can be said; numbers only. The oracle of the tests. */
export class ReferenceLedger {
  readonly books = emptyBooks();
  readonly lines: string[] = [];
  readonly #ids = new Map<string, Known>();
  readonly #limits: { readonly horizonMs: number; readonly retentionMs: number };

  constructor(limits: { readonly horizonMs: number; readonly retentionMs: number }) {
    this.#limits = limits;
  }

  commit(nowMs: number, predictions: readonly PredictionRecord[], truths: readonly TruthRecord[]): void {
    for (const record of predictions) this.#prediction(record, nowMs);
    for (const record of truths) this.#truth(record, nowMs);
  }

  /** Everything that is over is over. */
  expire(nowMs: number): void {
    for (const known of this.#ids.values()) this.#expire(known, nowMs);
  }

  /** What the figures hold: truth and prediction of every scored pair, as they stand. */
  scored(model: string): { truth: number; prediction: number }[] {
    return [...this.#ids.values(), ...this.#gone].flatMap((known) =>
      known.predictions
        .filter((prediction) => prediction.model === model && prediction.state === 'scored')
        .map((prediction) => ({ truth: known.truth!.standing.value, prediction: prediction.value })),
    );
  }

  readonly #gone: Known[] = [];

  #prediction(record: PredictionRecord, nowMs: number): void {
    const counts = this.#counts(record.model);
    counts.received++;
    if (this.#old(record, nowMs)) return void counts.unknown++;
    const known = this.#known(record.id, nowMs);
    const same = known.predictions.find(({ model }) => model === record.model);
    if (same) return void counts[same.value === record.value ? 'duplicate' : 'conflict']++;
    const atMs = record.timeMs ?? nowMs;
    const made: Prediction = {
      model: record.model,
      value: Number(record.value),
      timed: record.timeMs,
      until: atMs + this.#limits.horizonMs,
      state: 'pending',
    };
    known.predictions.push(made);
    this.#touch(known, atMs, nowMs);
    const { truth } = known;
    const apart = truth && this.#apart(made, truth);
    const meets =
      apart === undefined ? truth?.state !== 'orphan' && nowMs <= (truth?.until ?? -1) : apart === 0;
    if (truth && meets) {
      this.books.truths[truth.state]--;
      this.books.truths.matched++;
      truth.state = 'matched';
      made.state = 'scored';
      this.#line(record.id, truth.standing.value, made);
    } else if (truth || nowMs > made.until) made.state = 'expired';
    if (truth && apart === 1 && (truth.state === 'waiting' || truth.state === 'orphan')) {
      this.books.truths[truth.state]--;
      this.books.truths.late++;
      truth.state = 'late';
    }
    counts[made.state]++;
  }

  #truth(record: TruthRecord, nowMs: number): void {
    const counts = this.books.truths;
    counts.received++;
    if (this.#old(record, nowMs)) return void counts.unknown++;
    const known = this.#known(record.id, nowMs);
    const value = Number(record.value);
    const { truth } = known;
    if (truth) {
      const atMs = record.timeMs ?? Math.max(nowMs, truth.standing.atMs);
      const had = truth.versions.some((version) => version.timed === atMs && version.value === value);
      const again = value === truth.standing.value;
      if (again && (record.timeMs === undefined || atMs <= truth.standing.atMs))
        return void counts.duplicate++;
      if (record.timeMs !== undefined && had) return void counts.duplicate++;
      counts[again ? 'duplicate' : 'revision']++;
      const version = { value, atMs, timed: record.timeMs };
      truth.versions.push(version);
      this.#touch(known, record.timeMs ?? nowMs, nowMs);
      if (atMs < truth.standing.atMs) return;
      truth.standing = version;
      if (again) return;
      for (const prediction of known.predictions) {
        if (prediction.state === 'scored') this.#line(record.id, value, prediction);
      }
      return;
    }
    const atMs = record.timeMs ?? nowMs;
    const until = atMs + this.#limits.horizonMs;
    const standing = { value, atMs, timed: record.timeMs };
    const made: Truth = { until, state: 'waiting', standing, versions: [standing] };
    const apart = known.predictions.map((prediction) => this.#apart(prediction, made));
    const meeting = known.predictions.filter(
      ({ state }, i) => (apart[i] ?? (state === 'pending' ? 0 : 1)) === 0,
    );
    if (meeting.length > 0) made.state = 'matched';
    else if (apart.some((each) => each === undefined || each === 1)) made.state = 'late';
    else if (nowMs > until) made.state = 'orphan';
    known.truth = made;
    this.#touch(known, atMs, nowMs);
    counts[made.state]++;
    for (const prediction of known.predictions) {
      const predictions = this.#counts(prediction.model);
      predictions[prediction.state]--;
      prediction.state = meeting.includes(prediction) ? 'scored' : 'expired';
      predictions[prediction.state]++;
      if (prediction.state === 'scored') this.#line(record.id, value, prediction);
    }
  }

  /** By the times they carry: 0 within the horizon, 1 the truth is later than that, −1 the prediction is. */
  #apart({ timed }: Prediction, { versions: [first] }: Truth): number | undefined {
    if (timed === undefined || first?.timed === undefined) return undefined;
    const ms = first.timed - timed;
    return Math.abs(ms) <= this.#limits.horizonMs ? 0 : Math.sign(ms);
  }

  #expire(known: Known, nowMs: number): void {
    if (known.truth?.state === 'waiting' && nowMs > known.truth.until) {
      known.truth.state = 'orphan';
      this.books.truths.waiting--;
      this.books.truths.orphan++;
    }
    for (const prediction of known.predictions) {
      if (prediction.state !== 'pending' || nowMs <= prediction.until) continue;
      prediction.state = 'expired';
      this.#counts(prediction.model).pending--;
      this.#counts(prediction.model).expired++;
    }
  }

  #known(id: string, nowMs: number): Known {
    const known = this.#ids.get(id);
    if (known) this.#expire(known, nowMs);
    if (known && known.forget >= nowMs) return known;
    if (known) this.#gone.push(known);
    const fresh: Known = { predictions: [], truth: undefined, forget: 0 };
    this.#ids.set(id, fresh);
    return fresh;
  }

  #old({ timeMs }: { readonly timeMs: number | undefined }, nowMs: number): boolean {
    return timeMs !== undefined && timeMs < nowMs - this.#limits.retentionMs;
  }

  #touch(known: Known, atMs: number, nowMs: number): void {
    known.forget = Math.max(known.forget, Math.max(atMs, nowMs) + this.#limits.retentionMs);
  }

  #line(id: string, truth: number, { model, value }: Prediction): void {
    this.lines.push(`${JSON.parse(id)},${truth},${value},${Math.abs(truth - value)},${model}`);
  }

  #counts(model: string): ReturnType<typeof emptyPredictionCounts> {
    const known = this.books.models.find((books) => books.model === model);
    if (known) return known.counts;
    const counts = emptyPredictionCounts();
    this.books.models.push({
      model,
      challenger: false,
      version: undefined,
      counts,
      cohorts: new CohortCounts(),
      slices: new SliceCounts(),
      pendingScores: new PendingScores(),
    });
    return counts;
  }
}

interface Known {
  readonly predictions: Prediction[];
  truth: Truth | undefined;
  forget: number;
}

interface Prediction {
  readonly model: string;
  readonly value: number;
  readonly timed: number | undefined;
  readonly until: number;
  state: 'pending' | 'scored' | 'expired';
}

interface Truth {
  readonly until: number;
  state: 'waiting' | 'matched' | 'orphan' | 'late';
  standing: Version;
  readonly versions: Version[];
}

interface Version {
  readonly value: number;
  readonly atMs: number;
  readonly timed: number | undefined;
}
