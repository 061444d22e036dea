import type { PredictionSlot, TruthVersion } from '../../src/metric/ledger/entry.ts';
import type { Outcome } from '../../src/metric/ledger/ledger.ts';
import type { Tags, Value } from '../../src/wire/records.ts';

/** An outcome with what a test of alarms does not care about left at its default. */
export function outcomeOf(
  number: number,
  values: { readonly truth: Value; readonly prediction: Value },
  more: {
    readonly model?: string;
    readonly tags?: Tags;
    readonly proba?: Readonly<Record<string, number>>;
    readonly challenger?: boolean;
    readonly weight?: number;
    readonly version?: string;
    readonly previous?: TruthVersion;
  } = {},
): Outcome {
  const prediction: PredictionSlot = {
    model: more.model ?? 'm',
    version: more.version,
    challenger: more.challenger ?? false,
    value: values.prediction,
    atMs: 1_000 * number,
    timed: true,
    deadlineMs: Infinity,
    weight: more.weight,
    tags: more.tags,
    proba: more.proba,
    interval: undefined,
    baseline: undefined,
    state: 'scored',
    outcomes: [{ number, version: 0 }],
  };
  const truth: TruthVersion = {
    value: values.truth,
    atMs: 1_000 * number,
    timed: true,
    weight: undefined,
    tags: undefined,
  };
  const entry = {
    key: { kind: 'text', text: String(number) },
    token: `"${number}"`,
    truth: undefined,
    predictions: [prediction],
    forgetMs: Infinity,
  };
  return {
    number,
    entry: entry as unknown as Outcome['entry'],
    prediction,
    truth,
    previous: more.previous,
    revision: 0,
  };
}

/** A class that is right or wrong. */
export function classOutcome(
  number: number,
  wrong: boolean,
  more: Parameters<typeof outcomeOf>[2] = {},
): Outcome {
  return outcomeOf(number, { truth: 'a', prediction: wrong ? 'b' : 'a' }, more);
}
