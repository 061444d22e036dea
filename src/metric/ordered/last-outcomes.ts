import { scoreOf } from '../../stats/class-score.ts';
import { exactQuantiles } from '../../stats/exact-quantiles.ts';
import { type Figures, present } from '../../stats/figure.ts';
import { type ScoredRow, averagePrecision, rocAuc, tieGroups } from '../../stats/score-ranking.ts';
import type { Value } from '../../wire/records.ts';
import { absoluteError, labelOf } from '../figures/absolute-error.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import { type FigureSet, type Row, emptySet } from '../figures/figure-set.ts';
import type { PredictionSlot } from '../ledger/entry.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';

/** An outcome among the last: where it stands, and what figures want of it. Flat, since there is one for every outcome. */
interface Kept {
  /** Of the first truth. */
  readonly atMs: number;
  readonly key: string;
  readonly truth: Value;
  readonly value: Value;
  readonly proba: PredictionSlot['proba'];
  readonly interval: PredictionSlot['interval'];
  readonly baseline: PredictionSlot['baseline'];
  readonly absoluteError: number;
  readonly weight: number | undefined;
}

/**
 * The last outcomes of each model: those with the latest first truth, of the same time those with the larger id. Which they
 * are depends on the outcomes alone, not on the order in which they came. A revision takes the place of its outcome.
 * Figures are made of them when somebody looks, so they are exact: quantiles and rankings too.
 */
export class LastOutcomes implements OrderedPart {
  readonly name = 'last';
  readonly fingerprint: string;
  readonly #max: number;
  #models = new Map<string, Kept[]>();

  /** @param max outcomes of a model that are kept; 0: none */
  constructor(max: number) {
    this.#max = max;
    this.fingerprint = JSON.stringify([VERSION, max]);
  }

  add(outcome: Outcome, task: LedgerTask): void {
    if (this.#max === 0) return;
    const { model } = outcome.prediction;
    let kept = this.#models.get(model);
    if (kept === undefined) this.#models.set(model, (kept = []));
    const row = keptOf(outcome, task);
    const last = kept.at(-1);
    if (last === undefined || isBefore(last, row)) {
      kept.push(row);
    } else {
      const index = placeOf(kept, row);
      const there = kept[index];
      if (there !== undefined && there.key === row.key && there.atMs === row.atMs) kept[index] = row;
      // Where as many are later it is not among the last.
      else if (outcome.previous === undefined && index >= kept.length - this.#max) kept.splice(index, 0, row);
    }
    // In pieces: to take the first one away each time would move all the others.
    if (kept.length > 2 * this.#max + PIECE) kept.splice(0, kept.length - this.#max);
  }

  /** The figures of a model's last outcomes; `undefined` before one. */
  figures(
    model: string,
    options: { readonly outcomes: number; readonly task: LedgerTask; readonly settings: FigureSettings },
  ):
    | { readonly set: FigureSet; readonly figures: Figures; readonly fromMs: number; readonly toMs: number }
    | undefined {
    const rows = (this.#models.get(model) ?? []).slice(-Math.min(options.outcomes, this.#max));
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const set = emptySet(options.task, options.settings);
    for (const row of rows) set.put(rowOf(row), 1);
    const exact = options.task === 'regression' ? exactErrors(rows) : exactRanking(rows);
    return { set, figures: { ...set.values(), ...exact }, fromMs: first.atMs, toMs: last.atMs + 1 };
  }

  clear(): void {
    this.#models = new Map();
  }

  encode(): Uint8Array {
    return encodeJson([...this.#models].map(([model, kept]) => [model, kept.slice(-this.#max)]));
  }

  decode(bytes: Uint8Array): void {
    this.#models = new Map(decodeJson(bytes) as [string, Kept[]][]);
  }
}

/** Of the stored states. */
const VERSION = 1;

/** How many more than twice the last are held before the older ones go. */
const PIECE = 64;

function keptOf({ entry, prediction, truth }: Outcome, task: LedgerTask): Kept {
  return {
    atMs: (entry.truth?.versions[0] ?? truth).atMs,
    key: entry.key,
    truth: truth.value,
    value: prediction.value,
    proba: prediction.proba,
    interval: prediction.interval,
    baseline: prediction.baseline,
    absoluteError: absoluteError(prediction, truth, task),
    weight: truth.weight ?? prediction.weight,
  };
}

function rowOf({ truth, value, proba, interval, baseline, absoluteError: error, weight }: Kept): Row {
  return {
    prediction: { value, proba, interval, baseline },
    truth: { value: truth },
    absoluteError: error,
    weight,
  };
}

function isBefore(a: Kept, b: Kept): boolean {
  return a.atMs === b.atMs ? a.key < b.key : a.atMs < b.atMs;
}

/** Where the row is, or belongs. */
function placeOf(kept: readonly Kept[], row: Kept): number {
  let [low, high] = [0, kept.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(kept[middle]!, row)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function exactErrors(rows: readonly Kept[]): Figures {
  const errors = rows.flatMap(({ absoluteError: error, weight }) => (weight === 0 ? [] : [error]));
  const [median, p95] = exactQuantiles(Float64Array.from(errors), [0.5, 0.95]);
  return present({
    median_absolute_error: median,
    p95_absolute_error: p95,
    largest_absolute_error: errors.length === 0 ? undefined : errors.reduce((a, b) => Math.max(a, b)),
  });
}

/** The ranking of two classes with its ties and weights, in place of that in bins. */
function exactRanking(rows: readonly Kept[]): Figures {
  const scored: ScoredRow[] = [];
  const positives = new Set<string>();
  for (const { proba, truth, weight } of rows) {
    const score = proba && scoreOf(proba);
    if (score === undefined || weight === 0) continue;
    positives.add(score.positive);
    scored.push({ score: score.of, positive: labelOf(truth) === score.positive, weight });
  }
  if (positives.size !== 1) return {};
  const groups = tieGroups(scored);
  return present({
    roc_auc: rocAuc(groups)?.value,
    average_precision: averagePrecision(groups)?.value,
  });
}
