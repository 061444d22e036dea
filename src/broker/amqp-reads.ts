/** What amqplib reads frames with: its own, and not in its types. */
export interface FrameReader {
  readonly stream: { read(): Buffer | null };
  /** Bytes that were read and make no whole frame yet. */
  rest: Buffer;
  /** The most that the payload of a frame has; 0 while nothing was agreed on. */
  readonly maxFrameSize: number;
  recvSinceLastCheck: boolean;
  recvFrame(): unknown;
}

/** Type, channel and length of the payload; and the byte that ends a frame. */
const HEADER_BYTES = 7;
const LENGTH_AT = 3;
const FRAME_BYTES_MIN = HEADER_BYTES + 1;
const NOTHING = Buffer.alloc(0);

/**
 * From now on this connection reads each byte once. amqplib puts whatever arrives behind what it could not use before, all of it anew with
 * every packet: of a message that takes as much as a packet each byte is copied several times, and many small ones in hand
 * keep the memory of large ones. Here it is given whole frames only, as they arrived where they lie in one packet, and put together once, in a
 * buffer of their size, where they do not. What the frames say stays its own matter.
 */
export function gatherFrames(connection: FrameReader): void {
  const frames = new WholeFrames(connection);
  const parse = connection.recvFrame.bind(connection);
  connection.recvFrame = () => {
    if (connection.rest.length === 0) connection.rest = frames.next();
    return connection.rest.length === 0 ? false : parse();
  };
}

class WholeFrames {
  readonly #from: FrameReader;
  /** What has arrived and was not given on. */
  #arrived: Buffer;
  /** A frame of which so many bytes are there, the rest to come. */
  #frame: Buffer | undefined;
  #filled = 0;

  constructor(from: FrameReader) {
    this.#from = from;
    this.#arrived = from.rest;
    from.rest = NOTHING;
  }

  /** As many whole frames as are there, at least one; empty: none. */
  next(): Buffer {
    for (;;) {
      const whole = this.#frame === undefined ? this.#wholeOfArrived() : this.#filledUp();
      if (whole !== undefined) return whole;
      const more = this.#from.stream.read();
      if (more === null) return NOTHING;
      this.#from.recvSinceLastCheck = true;
      this.#arrived = this.#arrived.length === 0 ? more : Buffer.concat([this.#arrived, more]);
    }
  }

  #wholeOfArrived(): Buffer | undefined {
    const arrived = this.#arrived;
    let end = 0;
    while (arrived.length - end >= FRAME_BYTES_MIN) {
      const payload = arrived.readUInt32BE(end + LENGTH_AT);
      // One that is too long amqplib is to see as it is: it ends the connection over it.
      const isTooLong = this.#from.maxFrameSize > 0 && payload > this.#from.maxFrameSize;
      const bytes = isTooLong ? arrived.length - end : FRAME_BYTES_MIN + payload;
      if (end + bytes > arrived.length) {
        if (end === 0) this.#begin(bytes);
        break;
      }
      end += bytes;
    }
    if (end === 0) return undefined;
    this.#arrived = arrived.subarray(end);
    return end === arrived.length ? arrived : arrived.subarray(0, end);
  }

  #begin(bytes: number): void {
    this.#frame = Buffer.allocUnsafe(bytes);
    this.#filled = this.#arrived.copy(this.#frame);
    this.#arrived = NOTHING;
  }

  #filledUp(): Buffer | undefined {
    const frame = this.#frame as Buffer;
    const copied = this.#arrived.copy(frame, this.#filled);
    this.#arrived = this.#arrived.subarray(copied);
    this.#filled += copied;
    if (this.#filled < frame.length) return undefined;
    this.#frame = undefined;
    return frame;
  }
}
