/** An array of numbers of one type, as UBJSON has it: big-endian, not yet read. */
export class TypedNumbers {
  readonly type: string;
  readonly count: number;
  readonly #bytes: Uint8Array;

  constructor({ type, count, bytes }: { type: string; count: number; bytes: Uint8Array }) {
    this.type = type;
    this.count = count;
    this.#bytes = bytes;
  }

  read(): Float64Array {
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    const size = this.count === 0 ? 0 : this.#bytes.length / this.count;
    const numbers = new Float64Array(this.count);
    for (let at = 0; at < this.count; at++) numbers[at] = numberAt(view, at * size, this.type);
    return numbers;
  }
}

/** One big-endian number of a UBJSON type. */
export function numberAt(view: DataView, at: number, type: string): number {
  switch (type) {
    case 'i':
      return view.getInt8(at);
    case 'U':
      return view.getUint8(at);
    case 'I':
      return view.getInt16(at);
    case 'l':
      return view.getInt32(at);
    case 'L':
      return Number(view.getBigInt64(at));
    case 'd':
      return view.getFloat32(at);
    default:
      return view.getFloat64(at);
  }
}
