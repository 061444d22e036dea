import { formatReport } from '../metric/report/report-text.ts';
import { reportLog, type Report } from '../metric/report/report.ts';
import type { LogPictureOptions } from './log-pictures.ts';
import { readingLog } from './reading-log.ts';
import type { Reported } from './reported.ts';

/**
 * The report of a log.
 *
 * @param html where the same is written as a page with its charts, or `undefined`
 * @throws {AftermathError} as `reportLog`, and `stop` where the page cannot be written
 */
export async function reportOfLog(
  path: string,
  options: LogPictureOptions,
  html: string | undefined,
): Promise<Reported> {
  const report = await readReport(path, options, html);
  return { report, asText: () => formatReport(report) };
}

async function readReport(
  path: string,
  options: LogPictureOptions,
  html: string | undefined,
): Promise<Report> {
  if (html !== undefined) {
    const { logToHtml } = await import('./log-pictures.ts');
    return (await logToHtml(path, html, options)).report;
  }
  using reading = readingLog(path);
  return await reportLog(path, { ...options, onBytes: reading.done });
}
