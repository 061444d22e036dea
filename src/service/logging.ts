import { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import pino from 'pino';
import pretty from 'pino-pretty';
import { withoutPasswords } from './hidden-passwords.ts';
import type { LogFormat, LogLevel } from './log-levels.ts';

/** What a service says, by level. */
export type Logger = pino.Logger;

/**
 * The logger of one service. Lines go to standard error, so that standard output stays for answers.
 *
 * @param options.say takes the lines instead of standard error
 * @param options.format `text` for people (coloured in a terminal unless NO_COLOR is set), `json` for machines
 */
export function createLogger(options: {
  readonly service: string;
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly say?: ((line: string) => void) | undefined;
}): Logger {
  const settings: pino.LoggerOptions = {
    name: options.service,
    level: options.level,
    base: { service: options.service },
    hooks: {
      // What others say (a server, a library) may repeat the URL that it was given.
      logMethod: function (args, method) {
        const [first, ...rest] = args;
        method.apply(this, [typeof first === 'string' ? withoutPasswords(first) : first, ...rest]);
      },
    },
  };
  const lines = options.say === undefined ? undefined : linesTo(options.say);
  if (options.format === 'json') return pino(settings, lines ?? pino.destination({ fd: 2, sync: true }));
  const colorize = isatty(2) && !process.env['NO_COLOR'];
  return pino(
    settings,
    pretty({
      destination: lines ?? 2,
      sync: true,
      colorize,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname,service,name',
      messageFormat: '{service}: {msg}',
    }),
  );
}

function linesTo(say: (line: string) => void): Writable {
  return new Writable({
    write(line, _encoding, written) {
      say(String(line));
      written();
    },
  });
}
