import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What every container has, with 64 MiB in it: a small disk that needs no mounting. */
const CONTAINER_DISK = '/dev/shm';
const CONTAINER_DISK_BYTES_MAX = 256 * 2 ** 20;
/** Where a container may write nothing, not even as root. */
const CONTAINER_READ_ONLY = '/sys';

/**
 * A disk that is small enough to fill: a tmpfs of its own where one may be mounted (as root), else what a
 * container has, filled until only so much is free.
 *
 * @throws where neither is to be had: a test that could not fill a disk would prove nothing
 */
export class TinyDisk implements Disposable {
  readonly #folder: string;
  readonly #isMounted: boolean;
  /** Files that take up space; beside the folder where the disk is not ours alone. */
  readonly #ballast: string;
  readonly #reserved: string;

  constructor(kib: number) {
    const own = mkdtempSync(join(tmpdir(), 'aftermath-disk-'));
    this.#isMounted = mount(own, kib);
    if (this.#isMounted) {
      this.#folder = own;
    } else {
      rmSync(own, { recursive: true });
      this.#folder = mkdtempSync(join(smallDisk(), 'aftermath-disk-'));
    }
    this.#ballast = join(this.#folder, 'ballast');
    this.#reserved = join(this.#folder, 'reserved');
    if (!this.#isMounted) {
      const { bavail, bsize } = statfsSync(this.#folder);
      const more = bavail * bsize - kib * 1024;
      if (more > 0) appendFileSync(this.#reserved, Buffer.alloc(more));
    }
  }

  get dir(): string {
    return this.#folder;
  }

  /** Leaves no free byte. */
  fill(): void {
    for (const bytes of [65_536, 4096]) {
      try {
        for (;;) appendFileSync(this.#ballast, Buffer.alloc(bytes));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  }

  /** Frees what `fill` took. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  [Symbol.dispose](): void {
    if (this.#isMounted) execFileSync('umount', ['-l', this.#folder]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A folder on a disk that can only be read: one of its own where it may be mounted, else one of a container. */
export class ReadOnlyDisk implements Disposable {
  readonly dir: string;
  readonly #isMounted: boolean;

  constructor() {
    const own = mkdtempSync(join(tmpdir(), 'aftermath-disk-'));
    this.#isMounted = mount(own, 64);
    if (this.#isMounted) {
      execFileSync('mount', ['-o', 'remount,ro', own]);
      this.dir = own;
      return;
    }
    rmSync(own, { recursive: true });
    this.dir = CONTAINER_READ_ONLY;
  }

  [Symbol.dispose](): void {
    if (!this.#isMounted) return;
    execFileSync('umount', ['-l', this.dir]);
    rmSync(this.dir, { recursive: true });
  }
}

/** Whether a tmpfs could be mounted there. */
function mount(folder: string, kib: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

function smallDisk(): string {
  const { blocks, bsize } = existsSync(CONTAINER_DISK) ? statfsSync(CONTAINER_DISK) : { blocks: 0, bsize: 0 };
  if (blocks > 0 && blocks * bsize <= CONTAINER_DISK_BYTES_MAX) return CONTAINER_DISK;
  throw new Error('Cannot mount a tmpfs to fill it: run this test as root, or in a container.');
}
