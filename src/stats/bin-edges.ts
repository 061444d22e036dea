/** The rules for bins: how many of equal width, or of equal count. */
export type BinRule =
  /** 1 + log2 n bins of equal width. */
  | 'sturges'
  /** As Sturges, more where the values are skew. */
  | 'doane'
  /** Ten bins with a tenth of the values each. */
  | 'deciles';

/**
 * The edges of bins over the values, ascending; one more than there are bins. As numpy's
 * `histogram_bin_edges`, and for deciles as its `quantile`.
 *
 * @param values finite, at least one
 * @throws {RangeError} without a value
 * @see Sturges (1926), doi:10.1080/01621459.1926.10502161; Doane (1976), doi:10.1080/00031305.1976.10479172
 */
export function binEdges(values: readonly number[], rule: BinRule): number[] {
  if (values.length === 0) throw new RangeError('Cannot make bins of no value');
  const sorted = Float64Array.from(values).sort();
  if (rule === 'deciles') {
    const rank = (i: number): number => (i / 10) * (sorted.length - 1);
    const at = (i: number): number => {
      const [low, high] = [sorted[Math.floor(rank(i))]!, sorted[Math.ceil(rank(i))]!];
      return low + (high - low) * (rank(i) - Math.floor(rank(i)));
    };
    return Array.from({ length: 11 }, (_, i) => at(i));
  }
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  if (low === high) return [low - 0.5, low + 0.5];
  const width = rule === 'sturges' ? (high - low) / (Math.log2(values.length) + 1) : doaneWidth(sorted);
  const bins = width > 0 ? Math.ceil((high - low) / width) : 1;
  return Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
}

/**
 * How many of the values are in each bin. A bin holds its lower edge, the last one both.
 *
 * @param outside `drop` leaves out what is beyond the edges; `first and last` counts it there; `own` puts what is
 *   above the last edge, or below the first, into one more bin at the end
 */
export function binCounts(
  values: readonly number[],
  edges: readonly number[],
  outside: 'drop' | 'first and last' | 'own',
): number[] {
  const bins = edges.length - 1;
  const counts = Array.from({ length: bins + (outside === 'own' ? 1 : 0) }, () => 0);
  for (const value of values) {
    let bin = upperBound(edges, value) - 1;
    if (value === edges[bins]) bin = bins - 1;
    if (bin < 0 || bin >= bins) {
      if (outside === 'drop') continue;
      bin = outside === 'own' ? bins : Math.min(bins - 1, Math.max(0, bin));
    }
    counts[bin]!++;
  }
  return counts;
}

/** How many edges are at most the value. */
function upperBound(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function doaneWidth(sorted: Float64Array): number {
  const n = sorted.length;
  if (n < 3) return 0;
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const deviation = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  const skewness = sorted.reduce((sum, x) => sum + ((x - mean) / deviation) ** 3, 0) / n;
  const spread = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  return (sorted[n - 1]! - sorted[0]!) / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / spread));
}
