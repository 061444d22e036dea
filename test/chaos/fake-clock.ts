import { mkdtempSync, rmSync, writeFileSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, mayInstall } from '../setup/apt.ts';

/** Where Debian, Fedora and Homebrew keep it. */
const PLACES = ['/usr/lib/*/faketime/libfaketime.so.1', '/usr/lib*/faketime/libfaketime.so.1'];

/** A clock that a process takes for the machine's, and that can be set while it runs (libfaketime). */
export class FakeClock implements Disposable {
  /** Variables of the process that is to be deceived. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'aftermath-clock-'));

  private constructor(library: string) {
    this.setBack(0);
    this.env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: '1',
      // Timers go by the monotonic clock, which nobody can set.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** @throws when libfaketime is not installed, nor can be */
  static async create(): Promise<FakeClock> {
    if (library() === undefined && mayInstall()) await install('faketime').catch(() => {});
    const found = library();
    if (found !== undefined) return new FakeClock(found);
    throw new Error('The tests that set a clock need libfaketime: apt-get install faketime.');
  }

  /** So many seconds behind the machine's clock, from the next second on. */
  setBack(seconds: number): void {
    writeFileSync(this.#file, seconds === 0 ? '+0' : `-${seconds}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#folder, 'offset');
  }
}

function library(): string | undefined {
  return globSync(PLACES)[0];
}
