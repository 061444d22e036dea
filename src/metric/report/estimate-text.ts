import type { EstimateSnapshot } from '../../wire/snapshot.ts';
import { titleOf } from './report-text.ts';

/** What is estimated of predictions without truth, as a report says it: a figure a line, then what that assumes and is worth. */
export function estimateText({ rows, assumes, figures, record }: EstimateSnapshot): string {
  const lines = Object.entries(figures).map(
    ([name, { value }]) => [titleOf(name), value.toFixed(4)] as const,
  );
  const width = Math.max(0, ...lines.map(([title]) => title.length));
  return [
    ...(rows === 0 ? [] : [`estimated of the ${rows} predictions without truth, ${assumes}:`]),
    ...lines.map(([title, value]) => `${title.padEnd(width)}  ${value}`),
    ...(record === undefined
      ? []
      : [
          `note: Such estimates of accuracy were off by ${ratioText(record.differences['accuracy'])} on average over ` +
            `${record.blocks} blocks of ${record.blockRows} rows; chance alone makes ${ratioText(record.byChance)} of that.`,
        ]),
    '',
  ].join('\n');
}

function ratioText(value: number | undefined): string {
  return value === undefined ? 'nothing known' : value.toFixed(4);
}
