import { clippedError } from '../../stats/clipped-errors.ts';
import { pairedComparison } from '../../stats/paired-comparison.ts';
import type { ComparisonSnapshot } from '../../wire/snapshot.ts';
import { absoluteError } from '../figures/absolute-error.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import { ALPHA } from './intervals.ts';
import type { PredictionSlot, TruthVersion } from '../ledger/entry.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';
import { emptyPair, type Pair, shownPair, takePair } from './paired-losses.ts';

/**
 * Each challenger against each champion that it met, paired by id: a pair is there once both have scored it, and both
 * losses are against the truth that stands then. Losses are the log's absolute_error: of classes they lie in 0..1, of a
 * regression they are clipped to the declared bound, and without one the comparison is asymptotic.
 */
export class Comparisons implements OrderedPart {
  readonly name = 'comparisons';
  readonly fingerprint: string;
  readonly #errorMax: number | undefined;
  /** By challenger, then by champion. */
  #pairs = new Map<string, Map<string, Pair>>();
  #task: LedgerTask = 'regression';
  #known:
    | { readonly high: number | undefined; readonly comparison: ReturnType<typeof pairedComparison> }
    | undefined;

  constructor({ errorMax }: FigureSettings) {
    this.#errorMax = errorMax;
    this.fingerprint = JSON.stringify([1, errorMax]);
  }

  add({ number, entry, prediction, truth, previous }: Outcome, task: LedgerTask): void {
    this.#task = task;
    if (previous !== undefined || entry.predictions.length < 2) return;
    for (const other of entry.predictions) {
      const first = other.outcomes[0]?.number;
      // What was scored later takes this one for its partner.
      if (other.challenger === prediction.challenger || first === undefined || first >= number) continue;
      const [champion, challenger] = other.challenger ? [prediction, other] : [other, prediction];
      this.#take(champion, challenger, truth);
    }
  }

  /** How a challenger stands against a champion; `undefined` before they have a row together. */
  of(challenger: string, champion: string): ComparisonSnapshot | undefined {
    const pair = this.#pairs.get(challenger)?.get(champion);
    return pair && shownPair(this.#comparison(), pair, champion);
  }

  clear(): void {
    this.#pairs = new Map();
  }

  encode(): Uint8Array {
    return encodeJson({
      task: this.#task,
      pairs: [...this.#pairs].map(([name, pairs]) => [name, [...pairs]]),
    });
  }

  decode(bytes: Uint8Array): void {
    const { task, pairs } = decodeJson(bytes) as { task: LedgerTask; pairs: [string, [string, Pair][]][] };
    this.#task = task;
    this.#pairs = new Map(pairs.map(([name, champions]) => [name, new Map(champions)]));
  }

  #take(champion: PredictionSlot, challenger: PredictionSlot, truth: TruthVersion): void {
    let champions = this.#pairs.get(challenger.model);
    if (champions === undefined) this.#pairs.set(challenger.model, (champions = new Map()));
    let pair = champions.get(champion.model);
    const comparison = this.#comparison();
    if (pair === undefined) champions.set(champion.model, (pair = emptyPair(comparison)));
    takePair(comparison, pair, {
      champion: this.#loss(champion, truth),
      challenger: this.#loss(challenger, truth),
    });
  }

  #loss(prediction: PredictionSlot, truth: TruthVersion): number {
    const error = absoluteError(prediction, truth, this.#task);
    return this.#task === 'regression' && this.#errorMax !== undefined
      ? clippedError(error, this.#errorMax)
      : error;
  }

  #comparison(): ReturnType<typeof pairedComparison> {
    const high = this.#task === 'regression' ? this.#errorMax : 1;
    if (this.#known?.high !== high || this.#known === undefined) {
      const bounds = high === undefined ? {} : { bounds: { low: 0, high } };
      this.#known = { high, comparison: pairedComparison({ alpha: ALPHA, ...bounds }) };
    }
    return this.#known.comparison;
  }
}
