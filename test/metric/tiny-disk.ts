import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Scratch } from './ledger-fixture.ts';

/**
 * A disk of its own that is small enough to fill: a tmpfs. Mounting one takes root.
 *
 * @throws when it may not be mounted: a test that could not fill a disk would prove nothing
 */
export class TinyDisk implements Disposable {
  readonly #scratch = new Scratch();
  readonly #ballast: string;

  constructor(kib: number) {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', this.#scratch.dir], {
        stdio: 'pipe',
      });
    } catch (error) {
      this.#scratch[Symbol.dispose]();
      throw new Error(
        'Cannot mount a tmpfs to fill it: run this test as root, in a container with --cap-add SYS_ADMIN',
        {
          cause: error,
        },
      );
    }
    this.#ballast = join(this.dir, 'ballast');
  }

  get dir(): string {
    return this.#scratch.dir;
  }

  /** Leaves no free byte. */
  fill(): void {
    for (const bytes of [65_536, 4096]) {
      try {
        for (;;) writeFileSync(this.#ballast, Buffer.alloc(bytes), { flag: 'a' });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  }

  /** Frees what `fill` took. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** From now on nothing can be written. */
  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.dir]);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.dir]);
    this.#scratch[Symbol.dispose]();
  }
}
