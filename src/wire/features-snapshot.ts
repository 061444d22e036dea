import { z } from 'zod';
import type { DistributionSummary } from '../stats/distribution-summary.ts';
import type { CategoryCounts } from '../stats/feature-drift.ts';
import { decodeObject, refusedTo } from './object.ts';
import { Payload } from './payload.ts';
import type { MarkSnapshot } from './snapshot.ts';
import { MARK } from './snapshot-form.ts';

/**
 * What the model stage publishes on `aftermath.snapshots` beside metric: the features of one worker, which it
 * alone sees, as they were and as they are. It begins anew with the worker; readers take those of all workers together.
 */
export interface FeaturesSnapshot {
  readonly kind: 'features';
  /** Raised when a reader of the old form would misread the new one. */
  readonly schema: 1;
  /** Who published it: unique to one run of one process. */
  readonly publisher: string;
  readonly publishedAtMs: number;
  /** The next one comes after so long. */
  readonly everyMs: number;
  /** Since when this worker has seen rows. */
  readonly sinceMs: number;
  /** The champion that the rows were for. */
  readonly model: string;
  /** Rows that this worker has seen. */
  readonly rows: number;
  /** What the window is compared with: a file, or the first rows that this worker saw. */
  readonly reference: {
    readonly source: 'file' | 'first-rows';
    /** Rows in it: of a large file a sample. */
    readonly rows: number;
    /** Rows that it is to have: until then there is no window. */
    readonly rowsWanted: number;
  };
  /** The last rows. */
  readonly window: {
    readonly rows: number;
    /** When the first and the last of them came. */
    readonly fromMs?: number;
    readonly toMs?: number;
  };
  /** In the model's order, at most `FEATURES_SHOWN_MAX`. */
  readonly features: readonly FeatureSnapshot[];
  /** Features that are left out of it. */
  readonly left: number;
  /** Oldest first: what change detectors saw in chosen features since this worker was started. They promise nothing. */
  readonly marks?: readonly MarkSnapshot[];
}

/** One feature: in the reference and in the window. Either is absent while it has no row. */
export interface FeatureSnapshot {
  readonly name: string;
  readonly reference?: FeatureDistribution;
  readonly window?: FeatureDistribution;
}

/** How a feature is distributed. */
export type FeatureDistribution =
  | ({ readonly kind: 'number' } & DistributionSummary)
  | ({ readonly kind: 'category' } & CategoryCounts);

/** Features in a snapshot at most. */
export const FEATURES_SHOWN_MAX = 200;

/** The message that carries it. */
export function encodeFeaturesSnapshot(snapshot: FeaturesSnapshot): Payload {
  return Payload.ofRecords([snapshot], ([only]) => Buffer.from(JSON.stringify(only)));
}

/** Whether a message on `aftermath.snapshots` is one of these, as far as can be seen without reading all of it. */
export function isFeaturesSnapshot(payload: Payload): boolean {
  const [record] = payload.records ?? [];
  if (record !== undefined) return (record as { kind?: unknown }).kind === 'features';
  return Buffer.from(payload.bytes().subarray(0, 64)).toString('latin1').includes('"kind":"features"');
}

/**
 * The snapshot in a message; the same object where it never left the process.
 *
 * @throws {AftermathError} refused: not one of these, or of a newer schema than this version reads
 */
export function decodeFeaturesSnapshot(payload: Payload): FeaturesSnapshot {
  if (payload.records !== undefined) return payload.records[0] as FeaturesSnapshot;
  const action = 'read the features snapshot';
  const result = FORM.safeParse(decodeObject(payload, action));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusedTo(action, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'malformed'}`);
}

const COUNT = z.int().min(0);

const DISTRIBUTION = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('number'),
      count: COUNT,
      missing: COUNT,
      mean: z.number(),
      deviation: z.number().min(0),
      values: z.array(z.number()),
      below: z.array(COUNT),
      upTo: z.array(COUNT),
    }),
    z.object({
      kind: z.literal('category'),
      count: COUNT,
      missing: COUNT,
      labels: z.array(z.string()),
      counts: z.array(COUNT),
      other: COUNT,
    }),
  ])
  .refine(
    (d) =>
      d.kind === 'number'
        ? d.below.length === d.values.length && d.upTo.length === d.values.length
        : d.counts.length === d.labels.length,
    'its lists are not of one length',
  );

const FORM = z.object({
  kind: z.literal('features'),
  schema: z.literal(1),
  publisher: z.string(),
  publishedAtMs: z.number(),
  everyMs: z.number().positive(),
  sinceMs: z.number(),
  model: z.string(),
  rows: COUNT,
  reference: z.object({ source: z.enum(['file', 'first-rows']), rows: COUNT, rowsWanted: COUNT }),
  window: z.object({
    rows: COUNT,
    fromMs: z.number().exactOptional(),
    toMs: z.number().exactOptional(),
  }),
  features: z.array(
    z.object({
      name: z.string(),
      reference: DISTRIBUTION.exactOptional(),
      window: DISTRIBUTION.exactOptional(),
    }),
  ),
  left: COUNT,
  marks: z.array(MARK).exactOptional(),
});
