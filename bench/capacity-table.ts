import type { RowCost } from './costs.ts';

/** Rows a second that are asked for. */
const RATES = [10_000, 100_000, 1_000_000] as const;

/**
 * What streams need, as a table in Markdown: every cost of a row times the rows a second. That what a row costs stays the same at
 * any rate, and on any number of machines, is assumed.
 *
 * @param costs of a row, by process: `costs.ts` measures them
 */
export function capacityTable(costs: Readonly<Record<string, RowCost>>): string {
  const cores = ['features', 'model', 'metric', 'RabbitMQ', 'PostgreSQL'].map((name) =>
    line(`${name}: cores`, (rate) => amount((rate * (costs[name]?.cpuMicros ?? 0)) / 1e6)),
  );
  const sum = (of: (cost: RowCost) => number): number =>
    Object.values(costs).reduce((total, cost) => total + of(cost), 0);
  const megabytes = (bytes: number) => (rate: number) => amount((rate * bytes) / 1e6);
  const aDay = (bytes: number) => (rate: number) => amount((rate * bytes * 86_400) / 1e9);
  return [
    `| rows a second | ${RATES.map((rate) => rate.toLocaleString('en')).join(' | ')} |`,
    `|---|${RATES.map(() => '--:').join('|')}|`,
    ...cores,
    line("RabbitMQ's network: MB/s", megabytes(sum(({ brokerBytes }) => brokerBytes))),
    line("PostgreSQL's network: MB/s", megabytes(sum(({ databaseBytes }) => databaseBytes))),
    line('write-ahead log: MB/s', megabytes(costs['PostgreSQL']?.writtenBytes ?? 0)),
    line('tables of PostgreSQL: GB a day', aDay(costs['PostgreSQL']?.diskBytes ?? 0)),
    line('metric_log.csv: GB a day', aDay(costs['metric']?.diskBytes ?? 0)),
    '',
  ].join('\n');
}

function line(what: string, cell: (rate: number) => string): string {
  return `| ${what} | ${RATES.map(cell).join(' | ')} |`;
}

/** Two digits are more than a calculation like this one warrants. */
function amount(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}
