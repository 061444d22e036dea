import { scoreOf } from '../../stats/class-score.ts';
import { exactQuantiles } from '../../stats/exact-quantiles.ts';
import { type Figures, present } from '../../stats/figure.ts';
import { type ScoredRow, averagePrecision, rocAuc, tieGroups } from '../../stats/score-ranking.ts';
import { absoluteError, labelOf } from '../figures/absolute-error.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import type { FigureSet, Row } from '../figures/figure-set.ts';
import { emptySet } from '../figures/set-of-task.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';
import type { OutcomeRun } from './outcome-runs.ts';
import { OutcomeTail, type TailRow, firstTruthMs } from './outcome-tail.ts';

/**
 * The last outcomes of each model: those with the latest first truth, of the same time those with the larger id. Which they
 * are depends on the outcomes alone, not on the order in which they came. A revision takes the place of its outcome.
 * Figures are made of them when somebody looks, so they are exact: quantiles and rankings too.
 */
export class LastOutcomes implements OrderedPart {
  readonly name = 'last';
  readonly fingerprint: string;
  readonly #max: number;
  #models = new Map<string, OutcomeTail>();

  /** @param max outcomes of a model that are kept; 0: none */
  constructor(max: number) {
    this.#max = max;
    this.fingerprint = JSON.stringify([VERSION, max]);
  }

  /** Empty ones whose states have this fingerprint; `undefined` for one of another version. */
  static of(fingerprint: string): LastOutcomes | undefined {
    const [version, max] = JSON.parse(fingerprint) as [number, number];
    return version === VERSION ? new LastOutcomes(max) : undefined;
  }

  add(outcome: Outcome, task: LedgerTask): void {
    if (this.#max === 0) return;
    const error = absoluteError(outcome.prediction, outcome.truth, task);
    this.#tail(outcome.prediction.model).put(outcome, error);
  }

  addRun({ task, model, outcomes, block }: OutcomeRun): void {
    if (this.#max === 0) return;
    const tail = this.#tail(model);
    const errors = task === 'regression' ? block.size : block.absoluteError;
    for (let i = 0; i < outcomes.length; i++) tail.put(outcomes[i]!, errors[i]!);
  }

  /** All of these will be added: what cannot be among the last when they are is passed by then. */
  expect(outcomes: readonly Outcome[]): void {
    if (this.#max === 0 || outcomes.length <= this.#max) return;
    let expected: Expected | undefined;
    const models = new Map<string, Expected>();
    for (let i = outcomes.length - 1; i >= 0; i--) {
      const outcome = outcomes[i]!;
      const { model } = outcome.prediction;
      // A revision is no further row.
      if (outcome.previous !== undefined) continue;
      if (expected?.model !== model) {
        expected = models.get(model) ?? { model, count: 0, fromMs: Infinity };
        models.set(model, expected);
      }
      if (expected.count === this.#max) continue;
      expected.count++;
      expected.fromMs = Math.min(expected.fromMs, firstTruthMs(outcome));
    }
    for (const { model, count, fromMs } of models.values()) {
      if (count === this.#max) this.#tail(model).passBefore(fromMs);
    }
  }

  /** The figures of a model's last outcomes; `undefined` before one. */
  figures(
    model: string,
    options: { readonly outcomes: number; readonly task: LedgerTask; readonly settings: FigureSettings },
  ):
    | { readonly set: FigureSet; readonly figures: Figures; readonly fromMs: number; readonly toMs: number }
    | undefined {
    const rows = this.#models.get(model)?.last(options.outcomes) ?? [];
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

  /** Forgets the outcomes of some ids. @returns how many there were */
  erase(keys: ReadonlySet<string>): number {
    let count = 0;
    for (const [model, tail] of this.#models) {
      const rows = tail.last(this.#max);
      const rest = rows.filter(({ key }) => !keys.has(key));
      if (rest.length < rows.length) this.#models.set(model, OutcomeTail.from(rest, this.#max));
      count += rows.length - rest.length;
    }
    return count;
  }

  #tail(model: string): OutcomeTail {
    let tail = this.#models.get(model);
    if (tail === undefined) this.#models.set(model, (tail = new OutcomeTail(this.#max)));
    return tail;
  }

  encode(): Uint8Array {
    return encodeJson([...this.#models].map(([model, tail]) => [model, tail.last(this.#max)]));
  }

  decode(bytes: Uint8Array): void {
    const stored = decodeJson(bytes) as [string, TailRow[]][];
    this.#models = new Map(stored.map(([model, rows]) => [model, OutcomeTail.from(rows, this.#max)]));
  }
}

/** The last outcomes of a model of those that will be added, as many as are kept at most. */
interface Expected {
  readonly model: string;
  count: number;
  /** The earliest of their places. */
  fromMs: number;
}

/** Of the stored states. */
const VERSION = 1;

function rowOf({ truth, value, proba, interval, baseline, absoluteError: error, weight }: TailRow): Row {
  return {
    prediction: { value, proba, interval, baseline },
    truth: { value: truth },
    absoluteError: error,
    weight,
  };
}

function exactErrors(rows: readonly TailRow[]): Figures {
  const errors = rows.flatMap(({ absoluteError: error, weight }) => (weight === 0 ? [] : [error]));
  const [median, p95] = exactQuantiles(Float64Array.from(errors), [0.5, 0.95]);
  return present({
    median_absolute_error: median,
    p95_absolute_error: p95,
    largest_absolute_error: errors.length === 0 ? undefined : errors.reduce((a, b) => Math.max(a, b)),
  });
}

/** The ranking of two classes with its ties and weights, in place of that in bins. */
function exactRanking(rows: readonly TailRow[]): Figures {
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
