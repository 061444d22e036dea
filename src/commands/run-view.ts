import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import { choose } from '../plot/chosen.ts';
import { headline } from '../plot/words/headline.ts';
import type { Word } from '../plot/words/words.ts';
import type { FigureValue } from '../stats/figure.ts';
import type { ModelSnapshot } from '../wire/snapshot.ts';
import type { Progress } from './run-progress.ts';
import { textHistogram } from './text-histogram.ts';

/** Where the results are. */
export interface Places {
  readonly log: string;
  readonly picture: string;
  readonly page: string | undefined;
}

/** What a run shows of itself. */
export interface View {
  /** Takes a line of the logger: above the live view in a terminal, plain on standard error otherwise. */
  readonly say: (line: string) => void;
  /** Says where the results are and shows how it goes until it is disposed of. */
  start(progress: Progress, places: Places): Disposable;
  /** The last word, and the exit code: 1 when rows were refused. */
  summary(progress: Progress): number;
}

const REDRAW_EVERY_MS = 250;
const LINE_EVERY_MS = 2_000;

/** What `run` shows: one live screen in a terminal, plain lines where there is none. */
export function createView(settings: {
  readonly models: readonly string[];
  readonly units: string | undefined;
}): View {
  const isTerminal = isatty(1);
  const live = createLogUpdate(process.stdout, { showCursor: true });
  let places: Places | undefined;
  return {
    say(line) {
      if (isTerminal) live.clear();
      process.stderr.write(line);
    },
    start(progress, found) {
      places = found;
      process.stdout.write(`${where(found)}\n`);
      const rate = new Rate();
      const show = () => {
        const lines = describe(progress, rate.of(progress.scored), settings.units);
        if (isTerminal) live([...lines, '', ...verdict(progress, settings.units)].join('\n'));
        else process.stdout.write(`${lines.join(' · ')}\n`);
      };
      const timer = setInterval(show, isTerminal ? REDRAW_EVERY_MS : LINE_EVERY_MS);
      return {
        [Symbol.dispose]() {
          clearInterval(timer);
          if (isTerminal) live.clear();
        },
      };
    },
    summary(progress) {
      const seconds = (Date.now() - progress.startedAtMs) / 1000;
      const lines = describe(progress, progress.scored / seconds, settings.units);
      process.stdout.write(
        `${isTerminal ? '' : '\n'}${[...lines, '', ...verdict(progress, settings.units)].join('\n')}\n\n${places === undefined ? '' : `${where({ ...places, page: undefined })}\n`}`,
      );
      return progress.refused > 0 ? 1 : 0;
    },
  };
}

function where({ log, picture, page }: Places): string {
  return [`log      ${log}`, `picture  ${picture}`, ...(page === undefined ? [] : [`page     ${page}`])].join(
    '\n',
  );
}

function describe(progress: Progress, rowsPerSecond: number, units: string | undefined): string[] {
  const { models } = progress.snapshot();
  const total =
    progress.rowsTotal === undefined ? '' : ` of ${count(progress.rowsTotal * Math.max(models.length, 1))}`;
  const pending = models.reduce((sum, model) => sum + model.books.pending, 0);
  const refused = progress.refused > 0 ? [`refused ${count(progress.refused)}`] : [];
  return [
    `scored ${count(progress.scored)}${total}, ${count(rowsPerSecond)} rows/s`,
    `pending ${count(pending)}, truths due ${count(progress.truthsDue)}`,
    ...refused,
    ...models.map((model) => modelLine(model, units)),
  ];
}

/** What the page says first, and how the champion's errors are spread. */
function verdict(progress: Progress, units: string | undefined): string[] {
  const chosen = choose(progress.snapshot(), {});
  if (chosen === undefined || chosen.model.books.scored === 0) return [];
  const { sentence, more } = headline('live', undefined, chosen, { units, locale: 'en' });
  const bars = chosen.errors && textHistogram(chosen.errors, { units, barsMax: 48 });
  return [sentence.map(painted).join(''), more.join(' '), ...(bars === undefined ? [] : [`errors  ${bars}`])];
}

/** Only a terminal has colours, and only where NO_COLOR does not forbid them. */
function painted(word: string | Word): string {
  if (typeof word === 'string') return word;
  const colour = COLOURS[word.is];
  return colour === undefined ? word.text : styleText(colour, word.text, { stream: process.stdout });
}

const COLOURS: Readonly<Partial<Record<Word['is'], 'blue' | 'yellow' | 'red' | 'green'>>> = {
  champion: 'blue',
  challenger: 'yellow',
  figure: 'blue',
  wrong: 'red',
  right: 'green',
};

/** One model in one line: `diabetes_linear: MAE 43.3, bias −0.1, R² 0.518 on 442 of 442 predictions`. */
function modelLine({ model, figures, books }: ModelSnapshot, units: string | undefined): string {
  const unit = units === undefined ? '' : ` ${units}`;
  const shown = [
    named('MAE', figures['mae'], unit),
    named('RMSE', figures['rmse'], unit),
    figures['bias'] && `bias ${toPlacesOf(figures['mae'], figures['bias'].value)}${unit}`,
    named('R²', figures['r2'], ''),
    named('accuracy', figures['accuracy'], ''),
  ].filter((text) => text !== undefined);
  const known = books.received - books.duplicate - books.conflict - books.refused - books.unknown;
  // Early truths are often not like the others: a figure is never shown without what it stands on.
  const share = known === 0 || books.scored === known ? '' : ` (${percent(books.scored / known)})`;
  const on = `on ${count(books.scored)} of ${count(known)} predictions${share}`;
  return shown.length === 0 ? `${model}: no truth yet, ${on}` : `${model}: ${shown.join(', ')} ${on}`;
}

/** Rounded down: 100 % is all of them. */
function percent(ratio: number): string {
  return `${Math.floor(1000 * ratio) / 10} %`;
}

function named(name: string, figure: FigureValue | undefined, unit: string): string | undefined {
  return figure === undefined ? undefined : `${name} ${significant(figure.value)}${unit}`;
}

const THREE_DIGITS = new Intl.NumberFormat('en', {
  maximumSignificantDigits: 3,
  minimumSignificantDigits: 3,
});

function significant(value: number): string {
  return THREE_DIGITS.format(value);
}

/** A bias is read beside the error: with as many places, so that nothing is `0.0`, not `2.9e-15`. */
function toPlacesOf(error: FigureValue | undefined, value: number): string {
  const places =
    error === undefined || error.value <= 0 ? 2 : Math.max(0, 2 - Math.floor(Math.log10(error.value)));
  const text = value.toFixed(Math.min(places, 20));
  return Number(text) === 0 ? text.replace('-', '') : text;
}

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

function count(value: number): string {
  return WHOLE.format(value);
}

/** Rows a second over the last few seconds. */
class Rate {
  readonly #seen = [{ atMs: performance.now(), rows: 0 }];

  of(rows: number): number {
    const atMs = performance.now();
    this.#seen.push({ atMs, rows });
    while (this.#seen.length > 2 && atMs - (this.#seen[0]?.atMs ?? atMs) > 5_000) this.#seen.shift();
    const first = this.#seen[0];
    return first === undefined || first.atMs === atMs
      ? 0
      : ((rows - first.rows) * 1000) / (atMs - first.atMs);
  }
}
