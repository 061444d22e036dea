import { sliceKey, type Choice } from '../choice.ts';
import { mainFigure, type Chosen } from '../chosen.ts';
import { shownName } from '../charts/names.ts';
import { figureMeaning, knownFigures } from '../../wire/figure-meaning.ts';
import { sliceName } from './headline.ts';
import { windowName } from './window-name.ts';

/** One word of the sentence that the controls are, and what it can be. */
export interface Control {
  readonly key: keyof Choice;
  readonly label: string;
  /** Value of the option that is picked. */
  readonly picked: string;
  /** The first, with an empty value, is what stands where nothing is picked. At least one. */
  readonly options: readonly { readonly value: string; readonly text: string }[];
}

/** What can be picked, and what is. Options keep their order, whatever is worst at the moment. */
export function controls(chosen: Chosen, locale: string | undefined): readonly Control[] {
  const { models, model, window, slice, figureName, figures } = chosen;
  const slices = [...(model.slices ?? [])].sort(
    (a, b) => Number(a.rest ?? false) - Number(b.rest ?? false) || compareNames(sliceKey(a), sliceKey(b)),
  );
  const tags = new Set(slices.map(({ tag }) => tag));
  const [onlyTag] = tags;
  const main = mainFigure(model);
  return [
    {
      key: 'model',
      label: 'model',
      picked: model === models[0] ? '' : model.model,
      options: models.map(({ model }, i) => ({ value: i === 0 ? '' : model, text: shownName(model, 32) })),
    },
    {
      key: 'window',
      label: 'window',
      picked: window?.window ?? '',
      options: [
        // Somebody who has picked a slice looks for the windows that were here a moment ago.
        {
          value: '',
          text: slice === undefined || slice.windows !== undefined ? 'all' : 'all (a slice has no windows)',
        },
        ...((slice ?? model).windows ?? []).map(({ window }) => ({
          value: window,
          text: windowName(window, locale),
        })),
      ],
    },
    {
      key: 'slice',
      label: 'slice',
      picked: slice === undefined ? '' : sliceKey(slice),
      options: [
        {
          value: '',
          text: tags.size === 1 && onlyTag !== undefined ? `every ${shownName(onlyTag, 24)}` : 'all rows',
        },
        ...slices.map((each) => ({
          value: sliceKey(each),
          text: tags.size === 1 ? shownName(each.value, 32) : sliceName(each),
        })),
      ],
    },
    {
      key: 'figure',
      label: 'figure',
      picked: figureName === main ? '' : figureName,
      options: [
        { value: '', text: figureMeaning(main).title },
        ...knownFigures(figures)
          .filter((name) => name !== main && figureMeaning(name).kind !== 'count')
          .map((name) => ({ value: name, text: figureMeaning(name).title })),
      ],
    },
  ];
}

const compareNames = new Intl.Collator('en', { numeric: true }).compare;
