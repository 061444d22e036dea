const SMALLEST = 1e-7;

/** 1 / (1 + e^x), in the two forms that libsvm uses. */
export function sigmoid(value: number): number {
  return value >= 0 ? Math.exp(-value) / (1 + Math.exp(-value)) : 1 / (1 + Math.exp(value));
}

/**
 * Probabilities of classes from those of each pair, by libsvm's iteration (its limits and its stopping rule too).
 *
 * @param pairs probability of the first of each pair, in the order (0,1), (0,2), …, (1,2), …
 * @see Wu, Lin, Weng (2004), "Probability estimates for multi-class classification by pairwise coupling"
 */
export function couplePairs(pairs: Float64Array, classes: number): Float64Array {
  const between = new Float64Array(classes * classes);
  let pair = 0;
  for (let first = 0; first < classes; first++) {
    for (let second = first + 1; second < classes; second++) {
      const share = Math.min(Math.max(pairs[pair++] as number, SMALLEST), 1 - SMALLEST);
      between[first * classes + second] = share;
      between[second * classes + first] = 1 - share;
    }
  }
  const weights = new Float64Array(classes * classes);
  const at = (row: number, column: number): number => row * classes + column;
  for (let row = 0; row < classes; row++) {
    for (let other = 0; other < classes; other++) {
      if (other === row) continue;
      const back = between[at(other, row)] as number;
      weights[at(row, row)] = (weights[at(row, row)] as number) + back * back;
      weights[at(row, other)] =
        other < row ? (weights[at(other, row)] as number) : -back * (between[at(row, other)] as number);
    }
  }
  return settle(weights, classes);
}

function settle(weights: Float64Array, classes: number): Float64Array {
  const shares = new Float64Array(classes).fill(1 / classes);
  const products = new Float64Array(classes);
  const precision = 0.005 / classes;
  for (let round = 0; round < Math.max(100, classes); round++) {
    let total = 0;
    for (let row = 0; row < classes; row++) {
      let sum = 0;
      for (let column = 0; column < classes; column++) {
        sum += (weights[row * classes + column] as number) * (shares[column] as number);
      }
      products[row] = sum;
      total += (shares[row] as number) * sum;
    }
    let worst = 0;
    for (const product of products) worst = Math.max(worst, Math.abs(product - total));
    if (worst < precision) break;
    for (let row = 0; row < classes; row++) {
      const own = weights[row * classes + row] as number;
      const step = (-(products[row] as number) + total) / own;
      shares[row] = (shares[row] as number) + step;
      total = (total + step * (step * own + 2 * (products[row] as number))) / (1 + step) / (1 + step);
      for (let column = 0; column < classes; column++) {
        products[column] =
          ((products[column] as number) + step * (weights[row * classes + column] as number)) / (1 + step);
        shares[column] = (shares[column] as number) / (1 + step);
      }
    }
  }
  return shares;
}
