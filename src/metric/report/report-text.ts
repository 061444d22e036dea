import type { Figures, FigureValue } from '../../stats/figure.ts';
import { figureMeaning } from '../../wire/figure-meaning.ts';
import type { LogMark } from './log-marks.ts';
import type { ChallengerReport, Report } from './report.ts';

/** A report as people paste it: a figure a line, its interval behind it, then what to know beside. */
export function formatReport({ rows, task, figures, comparisons = [], marks = [], notes }: Report): string {
  const lines: [string, string][] = [['rows', String(rows)]];
  if (task !== undefined) lines.push(['task', task]);
  for (const [name, figure] of Object.entries(figures)) lines.push([titleOf(name), valueText(name, figure)]);
  for (const each of comparisons) lines.push([`${each.challenger} less ${each.champion}`, againstText(each)]);
  const width = Math.max(...lines.map(([title]) => title.length));
  const table = lines.map(([title, value]) => `${title.padEnd(width)}  ${value}`);
  const said = [...notes, ...marksText(marks), ...reasonsIn(figures)].map((note) => `note: ${note}`);
  return [...table, ...said, ''].join('\n');
}

/** How a report calls a figure. */
export function titleOf(name: string): string {
  const { short, title } = figureMeaning(name);
  return short ?? title;
}

/** What the other model's mean loss is beside this one's: below 0 it is the better one. */
function againstText({
  rows,
  difference,
  low,
  high,
  level,
  method,
  better,
  decidedAt,
}: ChallengerReport): string {
  const seen = { value: difference, ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
  const text = valueText('', { ...seen, ...(level && { level }), ...(method && { method }) });
  const verdict =
    decidedAt === undefined
      ? 'undecided'
      : `${better === 'challenger' ? 'better' : 'worse'}, decided after ${decidedAt}`;
  return `${text}  on ${rows} rows of both: ${verdict}`;
}

/** The last places at which each thing was seen, and what that is worth. */
function marksText(marks: readonly LogMark[]): string[] {
  const byText = new Map<string, string[]>();
  for (const { text, row, line, time } of marks) {
    const place = line === undefined ? `row ${row}` : `line ${line}`;
    byText.set(text, [...(byText.get(text) ?? []), time === undefined ? place : `${place} (${time})`]);
  }
  return [...byText].map(([text, places]) => {
    const last = places.slice(-PLACES_SHOWN);
    const more = last.length < places.length ? `${places.length} times, the last` : 'seen';
    return `${text}, ${more} at ${last.join(', ')}: a change detector promises nothing.`;
  });
}

const PLACES_SHOWN = 3;

/** Why figures have no interval, those of one reason together. */
function reasonsIn(figures: Figures): string[] {
  const byReason = new Map<string, string[]>();
  for (const [name, { why }] of Object.entries(figures)) {
    if (why !== undefined) byReason.set(why, [...(byReason.get(why) ?? []), titleOf(name)]);
  }
  return [...byReason].map(([why, titles]) => `No interval for ${titles.join(', ')}: ${why}.`);
}

function valueText(name: string, { value, low, high, level, method }: FigureValue): string {
  if (figureMeaning(name).kind === 'count') return String(value);
  const text = numberText(value);
  if (low === undefined || high === undefined) return text;
  const share = level === undefined ? '' : ` at ${Number((level * 100).toFixed(3))} %`;
  return `${text}  (${numberText(low)} to ${numberText(high)}${share}${method === undefined ? '' : `, ${method}`})`;
}

/** Four decimals where they say something, else six digits; what rounding alone leaves is 0. */
function numberText(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-12) return '0.0000';
  return size >= 1e-2 && size < 1e9 ? value.toFixed(4) : value.toPrecision(6);
}
