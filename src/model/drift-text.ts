import type { DriftReport, FeatureReport } from './drift-report.ts';

/** A drift report as people paste it: a feature a line, then what to know beside. */
export function formatDrift({ rows, features, notes }: DriftReport): string {
  const table = [HEAD, ...features.map(lineOf)];
  const widths = HEAD.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
  const counts = `rows  ${rows.reference} in the reference, ${rows.current} now`;
  return [counts, '', ...lines, ...notes.map((note) => `note: ${note}`), ''].join('\n');
}

const HEAD = ['feature', 'PSI', 'JS', 'Hellinger', 'Wasserstein/σ', 'test', 'p', 'missing'];

function lineOf({ name, drift, test }: FeatureReport): string[] {
  const text = (figure: string): string => drift[figure]?.value.toFixed(4) ?? '';
  const missing = drift['missing']?.value ?? 0;
  const shown = test?.name === 'ks' ? `KS ${test.statistic.toFixed(4)}` : `χ² ${test?.statistic.toFixed(1)}`;
  return [
    name,
    text('psi'),
    text('jensen_shannon'),
    text('hellinger'),
    text('wasserstein'),
    test === undefined ? '' : shown,
    test === undefined ? '' : test.p.toPrecision(3),
    missing === 0 ? '' : `${missing > 0 ? '+' : ''}${(100 * missing).toFixed(1)} %`,
  ];
}
