import type { Refusal, RefusalCode } from './records.ts';

/** What is wrong with a record: the code for a counter, the reason for people. */
export class Problem {
  readonly code: RefusalCode;
  readonly reason: string;

  constructor(code: RefusalCode, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

/** The refusal of one record or message, its text cut to a bound. */
export function refuse(problem: Problem, text: string): Refusal {
  return { code: problem.code, reason: problem.reason, text, count: 1 };
}
