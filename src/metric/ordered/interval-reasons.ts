import type { Figures, FigureValue } from '../../stats/figure.ts';

/** Figures in which one without an interval says why. Counts need none. */
export function withReasons(figures: Figures, { rows }: { readonly rows: number }): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, withReason(name, figure, rows)]),
  );
}

function withReason(name: string, figure: FigureValue, rows: number): FigureValue {
  if (figure.low !== undefined || COUNTS.test(name)) return figure;
  return { ...figure, why: reasonOf(name, rows) };
}

/** Why a figure has no interval that holds at every look. */
function reasonOf(name: string, rows: number): string {
  if (CLIPPED_SKILL.test(name)) return 'by these rows the naive answer may never be wrong';
  if (ASYMPTOTIC.test(name)) {
    return rows < FIRST_LOOK
      ? `an asymptotic interval says nothing before ${FIRST_LOOK} rows`
      : 'it has none where the naive answer may never be wrong, or errors are beyond any number';
  }
  if (EXTREMES.test(name)) return 'it is the extreme of what came, not an estimate';
  if (MEANS.test(name)) return 'it is a mean for which no sequence is kept';
  return 'no sequence is known whose interval holds at every look; --bootstrap gives one for this number of rows alone';
}

const FIRST_LOOK = 100;
const COUNTS = /_rows$/;
const CLIPPED_SKILL = /^clipped_.*_skill_/;
const ASYMPTOTIC = /^(mae|mse|mape|msle|rmse|bias|log_loss|pinball_.*|.*_skill_.*|.*_of_(median|mean|last))$/;
const EXTREMES = /^largest_/;
const MEANS = /^(brier|top_\d+_accuracy|interval_width)$/;
