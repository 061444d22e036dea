import { formatReport } from '../metric/report/report-text.ts';
import { reportLog, type Report, type ReportOptions } from '../metric/report/report.ts';
import { readingLog } from './reading-log.ts';
import type { Reported } from './reported.ts';

/** The page that is written beside the report, where one is asked for, and what is on it. */
export interface ReportPage {
  readonly html: string | undefined;
  readonly slices: readonly string[];
  readonly units: string | undefined;
}

/** The report of a log. @throws {AftermathError} as `reportLog`, and `stop` where the page cannot be written */
export async function reportOfLog(path: string, options: ReportOptions, page: ReportPage): Promise<Reported> {
  const report = await readReport(path, options, page);
  return { report, asText: () => formatReport(report) };
}

async function readReport(path: string, options: ReportOptions, page: ReportPage): Promise<Report> {
  if (page.html !== undefined) {
    const { logToHtml } = await import('./log-pictures.ts');
    return (await logToHtml(path, page.html, { ...options, ...page })).report;
  }
  using reading = readingLog(path);
  return await reportLog(path, { ...options, onBytes: reading.done });
}
