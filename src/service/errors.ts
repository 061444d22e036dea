/**
 * What becomes of the work that failed:
 * - `usage`: the command line or a setting is wrong; exit code 2.
 * - `stop`: the service cannot go on (no such file, wrong password); exit code 1.
 * - `refused`: this input cannot be used, now or later; it is dead-lettered, everything else goes on.
 * - `retry`: it may succeed later (connection lost, disk full); the message is requeued.
 */
export type Consequence = 'usage' | 'stop' | 'refused' | 'retry';

/**
 * A failure that was expected. Anything else that is thrown is a bug and stops the process, non-zero.
 *
 * The message reads `Cannot <action>: <what was found>`, and where one exists what to do.
 */
export class AftermathError extends Error {
  readonly consequence: Consequence;

  constructor(consequence: Consequence, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AftermathError';
    this.consequence = consequence;
  }
}

/** The text of whatever was thrown, for a log line or a message. Never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a system error (`ENOENT`, `ENOSPC`, …), or `undefined`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Why a file cannot be read, in words for after a colon. */
export function whyUnreadable(error: unknown): string {
  return UNREADABLE[codeOf(error) ?? ''] ?? messageOf(error);
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
};
