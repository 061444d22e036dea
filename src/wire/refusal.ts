import type { Refusal, RefusalCode } from './records.ts';

/** Characters of a refused record or message that are kept. */
export const REFUSED_TEXT_MAX = 16_384;

/** Refusals of one message that are told one by one; what is beyond is counted by code. */
export const REFUSALS_PER_MESSAGE_MAX = 1000;

/** What is wrong with a record: the code for a counter, the reason for people. */
export class Problem {
  readonly code: RefusalCode;
  readonly reason: string;

  constructor(code: RefusalCode, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

/** The refusal of one record or message, its text cut to `REFUSED_TEXT_MAX` characters. */
export function refuse(problem: Problem, text: string): Refusal {
  return { code: problem.code, reason: problem.reason, text: bounded(text), count: 1 };
}

/** The refusals of one message. Its memory is bounded however many bad records a message holds. */
export class RefusalList {
  readonly #list: Refusal[] = [];
  readonly #beyond = new Map<RefusalCode, Refusal>();

  add(problem: Problem, text: string): void {
    if (this.#list.length < REFUSALS_PER_MESSAGE_MAX) {
      this.#list.push(refuse(problem, text));
      return;
    }
    const first = this.#beyond.get(problem.code) ?? { ...refuse(problem, text), count: 0 };
    this.#beyond.set(problem.code, { ...first, count: first.count + 1 });
  }

  all(): Refusal[] {
    const folded = [...this.#beyond.values()].map((first) =>
      first.count === 1
        ? first
        : { ...first, reason: `${first.reason}; and ${first.count - 1} more like it` },
    );
    return [...this.#list, ...folded];
  }
}

/** What a value is, in the words of a reason: `null`, `text`, `an array`, `NaN`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value === 'number') return Number.isFinite(value) ? `the number ${value}` : nonFinite(value);
  if (typeof value === 'string') return `the text ${JSON.stringify(clip(value))}`;
  return typeof value === 'boolean' ? `the boolean ${value}` : 'an object';
}

/** A text short enough for a reason. */
export function clip(text: string): string {
  return text.length <= CLIPPED_LENGTH_MAX ? text : `${text.slice(0, CLIPPED_LENGTH_MAX).toWellFormed()}…`;
}

const CLIPPED_LENGTH_MAX = 40;

function nonFinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : `${value} (or a number beyond the range of a double)`;
}

function bounded(text: string): string {
  return text.length <= REFUSED_TEXT_MAX ? text : text.slice(0, REFUSED_TEXT_MAX).toWellFormed();
}
