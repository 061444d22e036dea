import { normedWasserstein } from '../stats/distribution-distance.ts';
import { type Figures, present } from '../stats/figure.ts';
import { alignedCounts, categoryDrift, numberDrift } from '../stats/feature-drift.ts';
import { chiSquareTest, kolmogorovSmirnovTest } from '../stats/two-sample-tests.ts';
import { AftermathError } from '../service/errors.ts';
import type { FeatureDistribution } from '../wire/features-snapshot.ts';
import { type FeatureColumns, type FeatureFile, readFeatureFile } from './feature-file.ts';

/** How the features of one file differ from those of another. Written as JSON it is the answer of `report --drift --json`. */
export interface DriftReport {
  readonly rows: { readonly reference: number; readonly current: number };
  /** In the order of the reference's columns. */
  readonly features: readonly FeatureReport[];
  /** What a reader has to know beside the figures, in whole sentences. */
  readonly notes: readonly string[];
}

/** One feature. `ks` or `chi_square` is a test for this one look, `p` its p-value. */
export interface FeatureReport {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly drift: Figures;
  readonly test?: { readonly name: 'ks' | 'chi_square'; readonly statistic: number; readonly p: number };
}

/** Rows of a file that are compared at most: of more an even sample. */
const ROWS_MAX = 100_000;

/**
 * Compares the features of two CSV files with one header: the columns that both have.
 *
 * @throws {AftermathError} `stop` when one cannot be read, or they have no column in common
 */
export async function reportDrift(
  paths: { readonly reference: string; readonly current: string },
  columns: FeatureColumns,
): Promise<DriftReport> {
  const reference = await readFeatureFile(paths.reference, columns, ROWS_MAX);
  const current = await readFeatureFile(paths.current, columns, ROWS_MAX);
  const names = reference.names.filter((name) => current.names.includes(name));
  if (names.length === 0) {
    const found = `${paths.reference} has ${reference.names.join(', ')}, and ${paths.current} has ${current.names.join(', ')}`;
    throw new AftermathError('stop', `Cannot compare their features: no column is in both; ${found}.`);
  }
  const features = names.map((name) => featureReport(name, reference, current));
  const mixed = features.filter(({ drift }) => Object.keys(drift).length === 0).map(({ name }) => name);
  return {
    rows: { reference: reference.total, current: current.total },
    features,
    notes: [
      ...(mixed.length > 0 ? [`Numbers in one file and texts in the other: ${mixed.join(', ')}.`] : []),
      ...[reference, current].flatMap((file, i) =>
        fileNotes(i === 0 ? paths.reference : paths.current, file),
      ),
      ...onlyIn(paths.reference, reference, current),
      ...onlyIn(paths.current, current, reference),
      `p-values hold for this one look at ${names.length} ${names.length === 1 ? 'test' : 'tests'}: about one in twenty is below 0.05 where nothing has changed.`,
    ],
  };
}

function featureReport(name: string, reference: FeatureFile, current: FeatureFile): FeatureReport {
  const [was, is] = [distributionIn(reference, name), distributionIn(current, name)];
  if (was.kind === 'number' && is.kind === 'number') {
    const drift = numberDrift({ reference: [was], current: [is] });
    if (was.count === 0 || is.count === 0) return { name, kind: 'number', drift };
    const [before, now] = [numbersIn(reference, name), numbersIn(current, name)];
    const { statistic, p } = kolmogorovSmirnovTest(before, now);
    // Both files are here, so these two are exact, and not only as close as the summaries are.
    const exact = present({ ks: statistic, wasserstein: normedWasserstein(before, now) });
    return { name, kind: 'number', drift: { ...drift, ...exact }, test: { name: 'ks', statistic, p } };
  }
  if (was.kind === 'number' || is.kind === 'number') return { name, kind: 'category', drift: {} };
  const compared = { reference: [was], current: [is] };
  const { before, now } = alignedCounts(compared);
  const test = chiSquareTest(before, now);
  return {
    name,
    kind: 'category',
    drift: categoryDrift(compared),
    ...(test && { test: { name: 'chi_square', ...test } }),
  };
}

function distributionIn({ rows, names }: FeatureFile, name: string): FeatureDistribution {
  return rows.distribution(names.indexOf(name));
}

function numbersIn({ rows, names }: FeatureFile, name: string): number[] {
  return Array.from(rows.numbers(names.indexOf(name)));
}

function fileNotes(path: string, { total, bad, rows }: FeatureFile): string[] {
  return [
    ...(bad > 0 ? [`${bad} lines of ${path} cannot be read and are left out.`] : []),
    ...(total > rows.count ? [`Of ${path} an even sample of ${rows.count} rows is compared.`] : []),
  ];
}

function onlyIn(path: string, file: FeatureFile, other: FeatureFile): string[] {
  const names = file.names.filter((name) => !other.names.includes(name));
  return names.length === 0 ? [] : [`Only ${path} has ${names.join(', ')}.`];
}
