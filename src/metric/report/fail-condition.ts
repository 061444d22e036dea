import { AftermathError } from '../../service/errors.ts';
import type { FigureValue } from '../../stats/figure.ts';
import type { Report } from './report.ts';

/** What must not be: a figure, or an end of its interval, compared with a number. */
export interface FailCondition {
  /** As it was written. */
  readonly text: string;
  readonly figure: string;
  /** `low` and `high`: the ends of its interval, for what is certain and not only seen. */
  readonly part: 'value' | 'low' | 'high';
  readonly comparison: Comparison;
  readonly bound: number;
}

const COMPARISONS = {
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
} as const;

type Comparison = keyof typeof COMPARISONS;

const EXPECTED =
  'expected FIGURE > NUMBER (or >=, <, <=), for example "mae > 50", or "mae.low > 50" for the lower end of its interval';

/** Reads a condition. @throws {AftermathError} `usage` where it is none */
export function parseFailCondition(text: string): FailCondition {
  const [, figure, part, comparison, number] =
    /^\s*([a-z][a-z0-9_]*)(?:\.(value|low|high))?\s*(>=|<=|>|<)\s*(\S+)\s*$/.exec(text) ?? [];
  const bound = Number(number);
  if (figure === undefined || number === undefined || !Number.isFinite(bound)) {
    throw new AftermathError('usage', `Cannot use --fail-if ${JSON.stringify(text)}: ${EXPECTED}.`);
  }
  return {
    text: text.trim(),
    figure,
    part: (part ?? 'value') as FailCondition['part'],
    comparison: comparison as Comparison,
    bound,
  };
}

/** What conditions can be made of: the figures of a report, its rows, and of a join the coverage. */
type Judged = Report & { readonly coverage?: number };

/**
 * Which of the conditions hold, each in a sentence with by how much; none: all is well.
 *
 * @throws {AftermathError} `usage` where the report has not what a condition names: a gate that cannot be judged
 *   must not let anything through
 */
export function failuresOf(report: Judged, conditions: readonly FailCondition[]): string[] {
  return conditions.flatMap((condition) => {
    const { text, figure, part, comparison, bound } = condition;
    const found = valueOf(report, condition);
    if (!COMPARISONS[comparison](found, bound)) return [];
    const name = part === 'value' ? figure : `the ${part === 'low' ? 'lower' : 'upper'} end of ${figure}`;
    const off = Number(Math.abs(found - bound).toPrecision(6));
    const way = off === 0 ? 'exactly that' : `${off} ${found > bound ? 'above' : 'below'} it`;
    return [`${text}: ${name} is ${Number(found.toPrecision(6))}, ${way}`];
  });
}

function valueOf(report: Judged, { text, figure, part }: FailCondition): number {
  const figures: Record<string, FigureValue> = { rows: { value: report.rows }, ...report.figures };
  if (report.coverage !== undefined) figures['coverage'] = { value: report.coverage };
  const known = figures[figure];
  const action = `Cannot judge --fail-if ${JSON.stringify(text)}`;
  if (known === undefined) {
    const names = Object.keys(figures).join(', ');
    throw new AftermathError('usage', `${action}: this report has no figure ${figure}; it has ${names}.`);
  }
  const value = known[part];
  if (value !== undefined) return value;
  const ended = Object.keys(figures).filter((name) => figures[name]?.low !== undefined);
  const others = ended.length === 0 ? 'no figure has one' : `these have: ${ended.join(', ')}`;
  throw new AftermathError(
    'usage',
    `${action}: ${figure} has no interval here, and ${others}. Compare its value, or give it one with --bootstrap 1000 where that can.`,
  );
}
