import type { PartResult } from './parts.ts';
import type { Struck } from './trial.ts';

/** What came of the runs, as two tables of Markdown: by part, and by what struck. */
export function chaosTables(results: readonly PartResult[]): string {
  const parts = Map.groupBy(results, ({ part, broker }) => `${part}|${broker}`);
  const byPart = Array.from(parts.values(), (of) => [
    of[0]?.part ?? '',
    of[0]?.broker ?? '',
    sum(of, ({ rows }) => rows).toLocaleString('en'),
    sum(of, ({ struck }) => struck.filter(({ isKill }) => isKill).length),
    sum(of, ({ struck }) => struck.filter(({ isKill }) => !isKill).length),
    sum(of, ({ lost }) => lost),
    sum(of, ({ duplicated }) => duplicated),
    sum(of, ({ wrong }) => wrong),
    of.flatMap(({ problems }) => problems).join('; ') || 'balance',
    Math.round(sum(of, ({ seconds }) => seconds)),
  ]);
  const struck = Map.groupBy(
    results.flatMap((result) => result.struck),
    ({ name }) => name,
  );
  const byFault = [...struck]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, all]) => [name, all.length, ...recovery(all)]);
  return [
    table(
      ['part', 'broker', 'rows', 'kills', 'other faults', 'lost', 'duplicated', 'wrong', 'books', 'seconds'],
      byPart,
    ),
    table(['fault', 'times', 'seconds to recover, median', 'longest'], byFault),
  ].join('\n\n');
}

function recovery(all: readonly Struck[]): string[] {
  const seconds = all.map(({ secondsToRecover }) => secondsToRecover).sort((a, b) => a - b);
  return [seconds[Math.floor(seconds.length / 2)] ?? 0, seconds.at(-1) ?? 0].map((each) => each.toFixed(1));
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

type Cell = string | number;

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, head.map((_, i) => (typeof rows[0]?.[i] === 'number' ? '--:' : '---')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
