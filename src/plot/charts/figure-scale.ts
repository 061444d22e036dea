import { figureMeaning, type FigureMeaning } from '../../wire/figure-meaning.ts';
import { shownName } from './names.ts';

/** How a chart shows a figure. */
export interface FigureScale {
  /** In the middle of a sentence, and at its beginning. */
  readonly name: string;
  readonly title: string;
  /** `%` of a share, else what `unitOf` says; `undefined`: none. */
  readonly units: string | undefined;
  /** What values are multiplied with: 100 for a share. */
  readonly factor: 1 | 100;
  /** No value lies above it, as it is shown; `undefined`: no such limit. */
  readonly max: number | undefined;
  readonly better: FigureMeaning['better'];
}

/** @param units of the target, or `undefined` */
export function figureScale(figure: string, units: string | undefined): FigureScale {
  const { title, kind, better } = figureMeaning(figure);
  const isShare = kind === 'ratio';
  return {
    name: title,
    title: `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`,
    units: unitOf(kind, units) || undefined,
    factor: isShare ? 100 : 1,
    // Errors in proportion have no limit.
    max: isShare && better !== 'low' ? 100 : undefined,
    better,
  };
}

/** `%`, that of the target (`min`), or its square (`min²`); empty where there is none. */
export function unitOf(kind: FigureMeaning['kind'], units: string | undefined): string {
  if (kind === 'ratio') return '%';
  if (units === undefined || units.trim() === '' || (kind !== 'error' && kind !== 'squared')) return '';
  const unit = shownName(units, 16);
  return kind === 'error' ? unit : /^[\p{L}€$£¥°]+$/u.test(unit) ? `${unit}²` : `(${unit})²`;
}
