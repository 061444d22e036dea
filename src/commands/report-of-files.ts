import { estimateText } from '../metric/report/estimate-text.ts';
import { reportJoin, type JoinReport } from '../metric/report/report-join.ts';
import { formatReport } from '../metric/report/report-text.ts';
import { createLogger } from '../service/logging.ts';
import { readingFiles } from './reading-log.ts';
import type { Reported } from './reported.ts';

type Files = Omit<Parameters<typeof reportJoin>[0], 'log' | 'onBytes'>;

/** The report of a file of predictions and one of truths. @throws {AftermathError} as `reportJoin` */
export async function reportOfFiles(
  files: Files,
  options: Parameters<typeof reportJoin>[1],
): Promise<Reported> {
  using reading = readingFiles('joining', [files.predictions.path, files.truth.path]);
  const log = createLogger({ service: 'report', level: 'error', format: 'text' });
  const report = await reportJoin({ ...files, log, onBytes: reading.done }, options);
  return { report, asText: () => joinText(report) };
}

/** The books first: a figure says little without how many it stands on. */
function joinText(report: JoinReport): string {
  const { model, coverage, labelLag, books, estimate } = report;
  const lines = [
    ...(model === undefined || model === 'default' ? [] : [`model        ${model}`]),
    `predictions  ${booksText(books.predictions ?? { received: 0 })}`,
    `truths       ${booksText(books.truths)}`,
    ...(coverage === undefined
      ? []
      : [`coverage     ${Math.floor(1000 * coverage) / 10} % of the predictions have their truth`]),
    ...(labelLag === undefined
      ? []
      : [`label lag    median ${secondsText(labelLag.median)}, 95 % within ${secondsText(labelLag.p95)}`]),
    '',
  ];
  return `${lines.join('\n')}\n${formatReport(report)}${estimate === undefined ? '' : `\n${estimateText(estimate)}`}`;
}

function booksText(counts: object): string {
  const parts = Object.entries(counts).filter(([name, count]) => count !== 0 || name === 'received');
  return parts.map(([name, count]) => `${name} ${count}`).join(', ');
}

function secondsText(seconds: number): string {
  const [size, unit] =
    seconds < 120 ? [1, 's'] : seconds < 7200 ? [60, 'min'] : seconds < 172_800 ? [3600, 'h'] : [86_400, 'd'];
  return `${(seconds / size).toPrecision(3)} ${unit}`;
}
