import type { FigureValue } from '../../stats/figure.ts';
import { formatCount, formatFigure, formatFixed } from '../charts/numbers.ts';
import { unitOf } from '../charts/figure-scale.ts';
import { figureMeaning, type FigureMeaning } from '../../wire/figure-meaning.ts';
import { TIED } from './words.ts';

/** A figure in the pieces that a reader tells apart. */
export interface FigureText {
  /** Three significant digits: `18.1`, `94.2`. */
  readonly value: string;
  /** `± 0.4`, or both ends (`17.1 to 20.3`) where they do not lie evenly; empty without an interval. */
  readonly uncertainty: string;
  /** `min`, `%`, or empty. */
  readonly unit: string;
}

/** How numbers are written here. */
export interface Writing {
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** BCP 47 tag; `undefined`: the reader's own. */
  readonly locale: string | undefined;
}

/** A figure by its name, as people read it; its uncertainty is rounded where the value is. */
export function figureText(name: string, figure: FigureValue, writing: Writing): FigureText {
  return valueText(figureMeaning(name), figure, writing);
}

/** As `figureText`, of something that is not a figure of the snapshot by itself. */
export function valueText(
  { kind, isSigned }: Pick<FigureMeaning, 'kind' | 'isSigned'>,
  { value, low, high }: FigureValue,
  { units, locale }: Writing,
): FigureText {
  const scale = kind === 'ratio' ? 100 : 1;
  const unit = unitOf(kind, units);
  const sign = isSigned && value > 0 ? '+' : '';
  const ends =
    low === undefined || high === undefined
      ? undefined
      : { value: value * scale, low: low * scale, high: high * scale };
  const { uncertainty, decimals } = ends === undefined ? NOT_KNOWN : uncertaintyOf(ends, locale);
  const text =
    kind === 'count'
      ? formatCount(value, locale)
      : decimals === undefined
        ? formatFigure(value * scale, locale)
        : formatFixed(value * scale, decimals, locale);
  return { value: `${sign}${minus(text)}`, uncertainty, unit };
}

/** `18.1 ± 0.4 min`, in one line that does not break; `18.1 (17.1 to 20.3) min` may. */
export function joined({ value, uncertainty, unit }: FigureText): string {
  const isEven = uncertainty.startsWith('±');
  const between = uncertainty === '' ? '' : isEven ? `${TIED}${uncertainty}` : ` (${uncertainty})`;
  return `${value}${between}${unit === '' ? '' : `${TIED}${unit}`}`;
}

/** What is said of how sure a value is, and how many decimals the value has then, where these are not its own. */
interface Uncertainty {
  readonly uncertainty: string;
  readonly decimals: number | undefined;
}

const NOT_KNOWN: Uncertainty = { uncertainty: '', decimals: undefined };

function uncertaintyOf(
  { value, low, high }: { value: number; low: number; high: number },
  locale: string | undefined,
): Uncertainty {
  const [below, above] = [value - low, high - value];
  const isEven = Math.abs(above - below) <= 0.1 * Math.max(above, below);
  if (!isEven) {
    const [from, to] = [low, high].map((end) => minus(formatFigure(end, locale)));
    return { uncertainty: `${from} to ${to}`, decimals: undefined };
  }
  const size = (above + below) / 2;
  const plusMinus = (text: string) => `±${TIED}${text}`;
  // Digits of a value that is small beside how unsure it is say nothing: its three digits are those of what it is unsure by. Else
  // there are as many decimals as the value has in three digits, and one digit at least that is not 0.
  const isUnsure = size !== 0 && value !== 0 && power(size) > power(value);
  const wanted = isUnsure ? 2 - power(size) : Math.max(2 - power(value), -power(size));
  if (Math.abs(wanted) > 15 || Math.abs(value) >= 1e7)
    return { uncertainty: plusMinus(formatFigure(size, locale)), decimals: undefined };
  const decimals = Math.max(0, wanted);
  return {
    uncertainty: plusMinus(formatFixed(size, decimals, locale)),
    decimals: isUnsure ? decimals : undefined,
  };
}

function power(x: number): number {
  return x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)));
}

/** The sign as it is printed: as wide as a plus. */
function minus(text: string): string {
  return text.replace(/^-/, '−');
}
