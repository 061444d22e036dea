import type { FigureValue } from '../../stats/figure.ts';
import { countOf, formatCount, formatter } from '../charts/numbers.ts';
import { shownName } from '../charts/names.ts';
import type { Chosen } from '../chosen.ts';
import type { Feed } from '../feed.ts';
import { figureMeaning } from '../../wire/figure-meaning.ts';
import { estimateSentence } from './estimate-words.ts';
import { figureText, joined, type Writing } from './figure-text.ts';
import { skillOf, type Skill } from './skill.ts';
import type { PageState } from './state.ts';
import { overWindow } from './window-name.ts';
import { TIED, type Word, type Words } from './words.ts';

/** The first line of the page and the line below it. */
export interface Headline {
  readonly sentence: Words;
  /** Sentences, which a line had better not tear apart. */
  readonly more: readonly string[];
}

/** What there is to say, in a sentence a manager understands. */
export function headline(
  state: PageState,
  feed: Feed | undefined,
  chosen: Chosen | undefined,
  writing: Writing,
): Headline {
  // Old figures are still the last ones known: the status says that they are old.
  if (chosen !== undefined && chosen.model.books.scored > 0) return scored(chosen, writing);
  const broker = feed?.broker.address ?? '';
  if (state === 'connecting') return { sentence: ['Connecting.'], more: [] };
  if (state === 'reconnecting') {
    return {
      sentence: ['The service is away.'],
      more: ['The page goes on by itself as soon as it is back.'],
    };
  }
  if (state === 'waiting-for-broker') {
    return {
      sentence: ['Waiting for the broker.'],
      more: [`Nobody answers at ${broker} yet.`, 'It goes on by itself as soon as somebody does.'],
    };
  }
  if (state === 'waiting-for-metric') {
    return {
      sentence: ['Waiting for the first figures.'],
      more: [
        `${broker === 'memory' ? 'All is started' : `Connected to ${broker}`}; metric has said nothing yet.`,
      ],
    };
  }
  return chosen === undefined || chosen.model.books.received === 0
    ? noPrediction(feed, writing)
    : noTruth(chosen, writing);
}

function noPrediction(feed: Feed | undefined, { locale }: Writing): Headline {
  const truths = feed?.snapshot?.truths.received ?? 0;
  return {
    sentence: ['No prediction has come yet.'],
    more:
      truths === 0
        ? ['Nor any truth.', 'The first message in the queue of predictions shows here.']
        : [
            `${countOf(truths, 'truth', locale)} came already and ${truths === 1 ? 'waits for its' : 'wait for their'} prediction.`,
          ],
  };
}

function noTruth(chosen: Chosen, writing: Writing): Headline {
  const { model } = chosen;
  const { locale } = writing;
  return {
    sentence: [
      nameOf(model),
      ` has made ${countOf(model.books.received, 'prediction', locale)}; no truth has come yet.`,
    ],
    more: [
      'How wrong they are can be said once it is known what really happened.',
      ...estimateSentence(chosen, writing),
    ],
  };
}

function scored(chosen: Chosen, writing: Writing): Headline {
  const { figure, figureName } = chosen;
  const { locale } = writing;
  const where = whereText(chosen, locale);
  if (figure === undefined) {
    const what = figureMeaning(figureName).title;
    return { sentence: [nameOf(chosen.model), ` has no ${what} yet${where}.`], more: basis(chosen, writing) };
  }
  const number: Word = { text: joined(figureText(figureName, figure, writing)), is: 'figure' };
  const name = nameOf(chosen.model);
  const sentence: Words =
    figureName === 'mae' && figureMeaning('mae').kind === 'error' && isRegression(chosen)
      ? [name, ' is off by ', number, ` on average${where}.`]
      : figureName === 'accuracy'
        ? [name, ' is right ', number, ` of the time${where}.`]
        : [`The ${figureMeaning(figureName).title} of `, name, ' is ', number, `${where}.`];
  const skill = skillOf(chosen);
  const isMain = figureName === 'mae' || figureName === 'accuracy';
  return {
    sentence:
      skill === undefined || !isMain
        ? sentence
        : [...sentence, ' ', ...comparedWith(figureName, skill, writing)],
    more: [...basis(chosen, writing), ...method(figure, locale), ...estimateSentence(chosen, writing)],
  };
}

/** Whether a constant would do better. */
function comparedWith(figureName: string, { verdict, naive, naiveName }: Skill, writing: Writing): Words {
  const text = naive === undefined ? undefined : figureText(figureName, { value: naive }, writing);
  const beside = text === undefined ? '' : `${TIED}(${text.value}${text.unit === '%' ? `${TIED}%` : ''})`;
  const always = `lways saying ${naiveName}`;
  if (verdict === 'worse') return [{ text: `A${always} would be better${beside}.`, is: 'wrong' }];
  if (verdict === 'better') return [`That beats a${always}${beside}.`];
  return [`A${always} may do as well${beside}.`];
}

/** On how many of how many, and how it went lately. */
function basis(chosen: Chosen, writing: Writing): string[] {
  const { scored, predictions, model, slice, window } = chosen;
  const { locale } = writing;
  if (window !== undefined || predictions === undefined) return [`On ${countOf(scored, 'row', locale)}.`];
  const open = slice === undefined ? model.books.pending : predictions - scored;
  const waiting =
    open === 0
      ? ''
      : `; ${formatCount(open, locale)} still ${open === 1 ? 'waits for its' : 'wait for their'} truth`;
  return [
    `On ${formatCount(scored, locale)} of ${countOf(predictions, 'prediction', locale)}${waiting}.`,
    ...lately(chosen, writing),
  ];
}

/** Fewer rows say nothing about where it goes. */
const LATELY_ROWS_MIN = 30;

/** The trend: the first window of the last so many rows, if there is one that is filled, against all of them. */
function lately({ model, slice, figureName }: Chosen, writing: Writing): string[] {
  const window = (slice ?? model).windows?.find(
    ({ kind, scored }) =>
      kind === 'last' && scored >= LATELY_ROWS_MIN && scored < (slice ?? model.books).scored,
  );
  const figure = window?.figures[figureName];
  if (window === undefined || figure === undefined) return [];
  const { value, unit } = figureText(figureName, figure, writing);
  return [
    `The last ${countOf(window.scored, 'row', writing.locale)}: ${value}${unit === '%' ? `${TIED}%` : ''}.`,
  ];
}

function method({ level, low, method }: FigureValue, locale: string | undefined): string[] {
  if (level === undefined || low === undefined) return [];
  const share = formatter(locale, { maximumFractionDigits: 1 }).format(level * 100);
  const isSequence = /sequence|asymptotic|bernstein|betting|mixture/i.test(method ?? '');
  return [
    `${share}${TIED}% ${isSequence ? 'sequence, valid however often you look' : (method ?? 'interval')}.`,
  ];
}

function whereText({ slice, window }: Chosen, locale: string | undefined): string {
  const at =
    slice === undefined
      ? ''
      : slice.rest
        ? ` for every other ${shownName(slice.tag, 24)}`
        : ` at ${sliceName(slice)}`;
  return `${at}${window === undefined ? '' : ` ${overWindow(window, locale)}`}`;
}

/** `origin LGA`. */
export function sliceName({ tag, value }: { readonly tag: string; readonly value: string }): string {
  return `${shownName(tag, 24)}${TIED}${shownName(value, 32)}`;
}

/** The name of a model, in its colour. */
export function nameOf({
  model,
  role,
}: {
  readonly model: string;
  readonly role: 'champion' | 'challenger';
}): Word {
  return { text: shownName(model), is: role };
}

function isRegression({ model }: Chosen): boolean {
  return model.task === undefined || model.task === 'regression';
}
