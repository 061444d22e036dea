/** What an alarm is raised about: a figure that is worse than a reference. */
export interface AlarmCondition {
  /** As it was written. */
  readonly text: string;
  readonly figure: AlarmFigure;
  /** Which side of the reference is bad. */
  readonly bad: 'above' | 'below';
  /** A declared number, in the unit of the figure; `learnt`: the bad end of the interval of the first rows. */
  readonly reference: number | 'learnt';
}

/** Figures that are one mean of a loss, so that evidence about it can keep a promise. */
export const ALARM_FIGURES = ['mae', 'mse', 'rmse', 'bias', 'accuracy', 'brier'] as const;
/** One of `ALARM_FIGURES`. */
export type AlarmFigure = (typeof ALARM_FIGURES)[number];

/** Reads `mae > 20`, `accuracy < 0.9` or `mae > reference`; `undefined` where it is none. */
export function parseAlarmCondition(text: string): AlarmCondition | undefined {
  const [, name, sign, number] = /^\s*([a-z_]+)\s*([<>])\s*(\S+)\s*$/.exec(text) ?? [];
  const figure = ALARM_FIGURES.find((known) => known === name);
  const bad = sign === '>' ? 'above' : 'below';
  const reference = number === 'reference' ? 'learnt' : Number(number);
  if (figure === undefined || number === undefined || Number.isNaN(reference)) return undefined;
  if (typeof reference === 'number' && !Number.isFinite(reference)) return undefined;
  // An accuracy can only be too low, an error only too high; a bias is bad on the side that is named.
  if (figure !== 'bias' && bad !== (figure === 'accuracy' ? 'below' : 'above')) return undefined;
  return { text: text.trim(), figure, bad, reference };
}
