/**
 * Whole numbers from 0 to 2³² − 1, evenly drawn: the generator sfc32 (Doty-Humphrey), whose neighbouring seeds
 * are unrelated. The same seed gives the same numbers.
 *
 * @param seed a whole number from 0 to 2³² − 1
 */
export function uniformBits(seed: number): () => number {
  let [a, b, c, counter] = [0, seed | 0, (seed ^ 0x9e3779b9) | 0, 1];
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}
