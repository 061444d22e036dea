import type { Figures } from '../stats/figure.ts';
import { categoryDrift, numberDrift } from '../stats/feature-drift.ts';
import type { FeatureDistribution, FeaturesSnapshot } from '../wire/features-snapshot.ts';
import type { MarkSnapshot } from '../wire/snapshot.ts';

/** How the features of one model stand against their reference, over all workers of the model stage. */
export interface FeaturesDrift {
  readonly model: string;
  /** Workers that speak; each began anew when it was started. */
  readonly workers: number;
  /** When the latest of them was started. */
  readonly sinceMs: number;
  /** `mixed`: some workers have a file and some have not. */
  readonly reference: {
    readonly source: 'file' | 'first-rows' | 'mixed';
    readonly rows: number;
    readonly rowsWanted: number;
  };
  readonly window: { readonly rows: number; readonly fromMs?: number; readonly toMs?: number };
  /** In the model's order. */
  readonly features: readonly FeatureDriftRow[];
  /** Features that are left out. */
  readonly left: number;
  /** Oldest first: what change detectors saw in chosen features, each worker by itself. */
  readonly marks: readonly MarkSnapshot[];
}

/** One feature. Its figures are those of `stats/feature-drift.ts`; none before both sides have rows. */
export interface FeatureDriftRow {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly drift: Figures;
}

/** Workers remembered at most; the one longest silent is forgotten. */
const WORKERS_MAX = 64;

/** A worker that has missed so many of its messages is gone, and so are its rows. */
const MISSED_MAX = 3;

/** Comparing many features over many workers takes at most this share of the time. */
const COMPARING_RATIO_MAX = 0.05;

/** The latest message of each worker of the model stage about its features. */
export class LatestFeatures {
  readonly #byPublisher = new Map<string, { snapshot: FeaturesSnapshot; receivedAtMs: number }>();
  #drift: FeaturesDrift | undefined;
  #isNew = false;
  #comparesAgainMs = 0;

  /** Takes a message in; one that was overtaken by a later one of its publisher is left out. */
  accept(received: { readonly snapshot: FeaturesSnapshot; readonly receivedAtMs: number }): void {
    const { publisher, publishedAtMs } = received.snapshot;
    const known = this.#byPublisher.get(publisher);
    if (known !== undefined && known.snapshot.publishedAtMs > publishedAtMs) return;
    this.#isNew = true;
    this.#byPublisher.delete(publisher);
    this.#byPublisher.set(publisher, received);
    const [longestSilent] = this.#byPublisher.keys();
    if (this.#byPublisher.size > WORKERS_MAX && longestSilent !== undefined) {
      this.#byPublisher.delete(longestSilent);
    }
  }

  /** The workers that speak and serve the model that was heard of last. */
  speaking(nowMs: number): readonly FeaturesSnapshot[] {
    const heard = [...this.#byPublisher.values()].filter(
      ({ snapshot, receivedAtMs }) => nowMs - receivedAtMs <= MISSED_MAX * snapshot.everyMs,
    );
    const model = heard.at(-1)?.snapshot.model;
    return heard.flatMap(({ snapshot }) => (snapshot.model === model ? [snapshot] : []));
  }

  /** What they say together, or `undefined` while none speaks. */
  drift(nowMs: number): FeaturesDrift | undefined {
    const speaking = this.speaking(nowMs);
    if (speaking.length === 0) return undefined;
    if (this.#isNew && nowMs >= this.#comparesAgainMs) {
      const startMs = performance.now();
      this.#drift = driftOver(speaking);
      this.#isNew = false;
      this.#comparesAgainMs = nowMs + (performance.now() - startMs) / COMPARING_RATIO_MAX;
    }
    return this.#drift;
  }
}

/** What the workers' messages say together, or `undefined` without one. */
export function driftOver(workers: readonly FeaturesSnapshot[]): FeaturesDrift | undefined {
  const latest = workers.at(-1);
  if (latest === undefined) return undefined;
  const total = (of: (worker: FeaturesSnapshot) => number): number =>
    workers.reduce((sum, worker) => sum + of(worker), 0);
  const sources = new Set(workers.map(({ reference }) => reference.source));
  const froms = workers.flatMap(({ window }) => window.fromMs ?? []);
  const tos = workers.flatMap(({ window }) => window.toMs ?? []);
  return {
    model: latest.model,
    workers: workers.length,
    sinceMs: Math.max(...workers.map(({ sinceMs }) => sinceMs)),
    reference: {
      source: sources.size === 1 ? latest.reference.source : 'mixed',
      // One file, however many have read it
      rows: sources.has('first-rows') ? total(({ reference }) => reference.rows) : latest.reference.rows,
      rowsWanted: sources.has('first-rows')
        ? total(({ reference }) => reference.rowsWanted)
        : latest.reference.rowsWanted,
    },
    window: {
      rows: total(({ window }) => window.rows),
      ...(froms.length > 0 && { fromMs: Math.min(...froms), toMs: Math.max(...tos) }),
    },
    features: latest.features.map(({ name, reference }) => {
      const kind = kindOver(workers, name) ?? reference?.kind ?? 'number';
      return { name, kind, drift: driftOf(workers, name, kind) };
    }),
    left: latest.left,
    marks: workers.flatMap(({ marks }) => marks ?? []).sort((a, b) => a.atMs - b.atMs),
  };
}

/** Where one worker has met a text, the feature has categories; the numbers of the others are left out. */
function kindOver(workers: readonly FeaturesSnapshot[], name: string): 'category' | undefined {
  const isCategory = workers.some(({ features }) =>
    features.some((each) => each.name === name && each.window?.kind === 'category'),
  );
  return isCategory ? 'category' : undefined;
}

function driftOf(workers: readonly FeaturesSnapshot[], name: string, kind: 'number' | 'category'): Figures {
  const found = workers.flatMap(({ features }) => features.find((each) => each.name === name) ?? []);
  const compared = <D extends FeatureDistribution>(is: (d: FeatureDistribution) => d is D) => ({
    reference: found.flatMap(({ reference }) =>
      reference !== undefined && is(reference) ? [reference] : [],
    ),
    current: found.flatMap(({ window }) => (window !== undefined && is(window) ? [window] : [])),
  });
  return kind === 'category'
    ? categoryDrift(compared((d) => d.kind === 'category'))
    : numberDrift(compared((d) => d.kind === 'number'));
}
