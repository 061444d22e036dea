import type { Writable } from 'node:stream';

/**
 * From now on what is written to this stream in one go leaves together. amqplib writes each message and each
 * acknowledgement by itself, and a socket that is free makes a system call of each, and often a packet that the server
 * wakes up for.
 */
export function gatherWrites(stream: Writable): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let isGathering = false;
  const leave = (): void => {
    isGathering = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (!isGathering) {
      isGathering = true;
      stream.cork();
      process.nextTick(leave);
    }
    return write(...args);
  };
}
