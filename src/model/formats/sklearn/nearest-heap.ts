/**
 * The k nearest so far: a heap with the farthest on top, that lets go of equal distances as scikit-learn's does.
 *
 * @see sklearn.utils._heap.heap_push
 */
export class NearestHeap {
  readonly distances: Float64Array;
  readonly indices: Int32Array;

  constructor(size: number) {
    this.distances = new Float64Array(size).fill(Infinity);
    this.indices = new Int32Array(size);
  }

  clear(): void {
    this.distances.fill(Infinity);
  }

  /** Distance of the farthest of the k; infinite until there are k. */
  get farthest(): number {
    return this.distances[0] as number;
  }

  push(distance: number, index: number): void {
    const { distances, indices } = this;
    if (!(distance < (distances[0] as number))) return;
    const size = distances.length;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= size) break;
      const right = left + 1;
      const larger =
        right < size && (distances[right] as number) > (distances[left] as number) ? right : left;
      if (!((distances[larger] as number) > distance)) break;
      distances[at] = distances[larger] as number;
      indices[at] = indices[larger] as number;
      at = larger;
    }
    distances[at] = distance;
    indices[at] = index;
  }

  /** Nearest first. */
  sort(): void {
    const order = [...this.distances.keys()].sort(
      (a, b) => (this.distances[a] as number) - (this.distances[b] as number),
    );
    const distances = order.map((at) => this.distances[at] as number);
    const indices = order.map((at) => this.indices[at] as number);
    this.distances.set(distances);
    this.indices.set(indices);
  }
}
