/**
 * A damaged copy: bytes flipped, replaced by telling ones, removed, repeated or moved. The same seed gives the same.
 */
export function mutate(original: Uint8Array, seed: number): Uint8Array {
  const random = generator(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  let bytes = Uint8Array.from(original);
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(bytes.length);
    const length = 1 + below(16);
    const kind = below(6);
    if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << below(8));
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2) bytes.fill([0, 0xff, 0x7f, 0x80][below(4)] as number, at, at + length);
    else if (kind === 3) bytes = without(bytes, at, length);
    else if (kind === 4) bytes.copyWithin(below(bytes.length), at, at + length);
    else bytes = bytes.slice(0, Math.max(1, bytes.length - below(bytes.length)));
  }
  return bytes;
}

function without(bytes: Uint8Array, at: number, length: number): Uint8Array<ArrayBuffer> {
  const rest = bytes.subarray(at + length);
  const shorter = new Uint8Array(at + rest.length);
  shorter.set(bytes.subarray(0, at));
  shorter.set(rest, at);
  return shorter;
}

/** @see mulberry32 by Tommy Ettinger */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
