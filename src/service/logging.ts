import pino from 'pino';
import pretty from 'pino-pretty';

export type Logger = pino.Logger;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/**
 * The logger of one service. Lines go to standard error, so that standard output stays for answers.
 *
 * @param options.format `text` for people (coloured in a terminal unless NO_COLOR is set), `json` for machines
 */
export function createLogger(options: { service: string; level: LogLevel; format: LogFormat }): Logger {
  const settings = { name: options.service, level: options.level, base: { service: options.service } };
  if (options.format === 'json') return pino(settings, pino.destination({ fd: 2, sync: true }));
  const colorize = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  return pino(
    settings,
    pretty({
      destination: 2,
      sync: true,
      colorize,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname,service,name',
      messageFormat: '{service}: {msg}',
    }),
  );
}
