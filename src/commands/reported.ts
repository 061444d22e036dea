import type { Report } from '../metric/report/report.ts';

/** A report, and how it is told to people. */
export interface Reported {
  readonly report: Report;
  readonly asText: () => string;
}
