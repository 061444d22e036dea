import { absoluteError } from '../figures/absolute-error.ts';
import { idText } from '../../wire/id.ts';
import type { Value } from '../../wire/records.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import type { LogColumn } from '../../wire/log-columns.ts';

/** The first line of a log, with its end. */
export function headerLine(columns: readonly LogColumn[]): string {
  return `${['id', 'y_true', 'y_pred', 'absolute_error', ...columns].join(',')}\n`;
}

/** The line of one outcome, with its end. Numbers are the shortest text that reads back to the same double. */
export function rowLine(outcome: Outcome, task: LedgerTask, columns: readonly LogColumn[]): string {
  const { entry, prediction, truth } = outcome;
  let line = `${cell(idText(entry.token))},${valueText(truth.value)},${valueText(prediction.value)},${absoluteError(prediction, truth, task)}`;
  for (const column of columns) line += `,${cell(COLUMNS[column](outcome))}`;
  return `${line}\n`;
}

/** How a value stands in the log: a number or a boolean as its JSON token, a text as it is. */
export function valueText(value: Value): string {
  return typeof value === 'string' ? cell(value) : String(value);
}

const COLUMNS: Readonly<Record<LogColumn, (outcome: Outcome) => string>> = {
  model: ({ prediction }) => prediction.model,
  version: ({ prediction }) => prediction.version ?? '',
  time: ({ prediction }) => isoTime(prediction.atMs),
  tags: ({ prediction, truth }) =>
    jsonOf(prediction.tags === undefined ? truth.tags : { ...truth.tags, ...prediction.tags }),
  revision: ({ revision }) => String(revision),
  proba: ({ prediction }) => jsonOf(prediction.proba),
};

function jsonOf(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value);
}

/** A time as ISO 8601; one that no date can hold as its milliseconds. */
export function isoTime(atMs: number): string {
  return Math.abs(atMs) <= DATE_MS_MAX ? new Date(atMs).toISOString() : String(atMs);
}

/** What a JavaScript Date can hold. */
const DATE_MS_MAX = 8.64e15;

/** A cell as RFC 4180 has it: quoted where it holds what would end it. */
function cell(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const NEEDS_QUOTES = /[",\n\r]/;
