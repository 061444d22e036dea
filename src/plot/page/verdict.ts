import { shownName } from '../charts/names.ts';
import { countOf, formatCount, formatFigure } from '../charts/numbers.ts';
import type { Feed } from '../feed.ts';
import type { FigureValue } from '../../stats/figure.ts';
import type { ModelSnapshot } from '../../wire/snapshot.ts';
import { element } from './element.ts';
import type { PageState } from './state.ts';

/** The first line of the page and the line below it. */
export interface Verdict {
  readonly headline: readonly (Node | string)[];
  readonly more: string;
}

/** What there is to say, in a sentence a manager understands. */
export function verdict(state: PageState, feed: Feed | undefined): Verdict {
  const champion = feed?.snapshot?.models[0];
  // Old figures are still the last ones known: the status says that they are old.
  if (champion !== undefined && champion.books.scored > 0) return scored(champion, feed?.units);
  return state in WAITING
    ? WAITING[state as keyof typeof WAITING](feed?.broker.address ?? '')
    : champion === undefined || champion.books.received === 0
      ? noPrediction(feed)
      : noTruth(champion);
}

const WAITING = {
  connecting: () => ({ headline: ['Connecting.'], more: '' }),
  reconnecting: () => ({
    headline: ['The service is away.'],
    more: 'The page goes on by itself as soon as it is back.',
  }),
  'waiting-for-broker': (address: string) => ({
    headline: ['Waiting for the broker.'],
    more: `Nobody answers at ${address} yet. It goes on by itself as soon as somebody does.`,
  }),
  'waiting-for-metric': (address: string) => ({
    headline: ['Waiting for the first figures.'],
    more: `${address === 'memory' ? 'All is started' : `Connected to ${address}`}; metric has said nothing yet.`,
  }),
} satisfies Partial<Record<PageState, (address: string) => Verdict>>;

function noPrediction(feed: Feed | undefined): Verdict {
  const truths = feed?.snapshot?.truths.received ?? 0;
  return {
    headline: ['No prediction has come yet.'],
    more:
      truths === 0
        ? 'Nor any truth.'
        : `${countOf(truths, 'truth', undefined)} came already and wait for theirs.`,
  };
}

function noTruth({ model, books }: ModelSnapshot): Verdict {
  return {
    headline: [
      name(model),
      ` has made ${countOf(books.received, 'prediction', undefined)}; no truth has come yet.`,
    ],
    more: 'How wrong they are can be said once it is known what really happened.',
  };
}

function scored({ model, books, task, figures }: ModelSnapshot, units: string | undefined): Verdict {
  const { accuracy, mae } = figures;
  const { received, scored, pending } = books;
  const waiting = pending === 0 ? '' : `; ${formatCount(pending, undefined)} still wait for their truth`;
  const isLabels = task !== undefined && task !== 'regression' && accuracy !== undefined;
  const figure = isLabels ? accuracy : mae;
  return {
    headline: isLabels
      ? [
          name(model),
          ' is right ',
          number(formatRatio(accuracy.value), interval(accuracy, formatRatio)),
          ' of the time.',
        ]
      : mae === undefined
        ? [name(model), ' has no error figure yet.']
        : [
            name(model),
            ' is off by ',
            number(figureText(mae.value), interval(mae, figureText), units),
            ' on average.',
          ],
    more: `On ${formatCount(scored, undefined)} of ${countOf(received, 'prediction', undefined)}${waiting}.${method(figure)}`,
  };
}

/** A ratio as people read it: `82.4%`, in the reader's own way. */
export function formatRatio(ratio: number): string {
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(ratio);
}

const figureText = (value: number) => formatFigure(value, undefined);

function name(model: string): Node {
  return element('span', { class: 'name' }, shownName(model));
}

function number(value: string, uncertainty: string, units?: string): Node {
  const unit = units === undefined ? '' : `\u00A0${shownName(units, 16)}`;
  return element('span', { class: 'good-figure' }, `${value}${uncertainty}${unit}`);
}

/** `± 0.3`, or both ends where they do not lie evenly; nothing where there is no interval. */
function interval({ value, low, high }: FigureValue, format: (value: number) => string): string {
  if (low === undefined || high === undefined) return '';
  const [below, above] = [value - low, high - value];
  const isEven = Math.abs(above - below) <= 0.05 * Math.max(above, below);
  return isEven ? `\u00A0±\u00A0${format((above + below) / 2)}` : ` (${format(low)} to ${format(high)})`;
}

function method(figure: FigureValue | undefined): string {
  if (figure?.level === undefined) return '';
  return ` ${formatRatio(figure.level)} ${figure.method ?? 'interval'}.`;
}
