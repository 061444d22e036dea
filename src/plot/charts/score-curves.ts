import type { FigureValue } from '../../stats/figure.ts';
import type { CurvesSnapshot } from '../../wire/snapshot.ts';
import type { Chart, ChartLook } from './chart.ts';
import { shownName } from './names.ts';
import { countOf, formatFigure, formatRatio } from './numbers.ts';
import { columns } from './table.ts';
import { unitSquare } from './unit-square.ts';

/** How a classifier of two classes ranks its rows, and what its probabilities are worth. */
export interface ScoreCurves {
  readonly model: string;
  readonly curves: CurvesSnapshot;
  readonly rocAuc: FigureValue | undefined;
  readonly averagePrecision: FigureValue | undefined;
  readonly calibrationError: FigureValue | undefined;
}

/** True positive rate against false positive rate, over all thresholds. */
export function rocCurve({ model, curves, rocAuc }: ScoreCurves, look: ChartLook): Chart {
  const area = rocAuc === undefined ? '' : `area ${formatFigure(rocAuc.value, look.locale)}`;
  const positive = shownName(curves.positive, 24);
  const points = curves.roc.map(([x, y]) => ({ x, y }));
  const about = {
    title: 'ROC curve',
    subtitle: joined(shownName(model, 80), `positive: ${positive}`, area, 'dashed: guessing'),
    axisX: 'false positive rate',
    axisY: 'true positive rate',
    points,
    reference: [
      [0, 0],
      [1, 1],
    ] as [number, number][],
    words: { figure: area, reference: 'dashed: guessing', x: 0.98, y: 0, align: 'right' as const },
  };
  const half = points.find(({ y }) => y >= 0.5);
  return {
    ...unitSquare(about, look),
    summary: `ROC curve, of ${shownName(model)} for ${positive}: ${joined(area && `${area} under the curve`, half === undefined ? '' : `half of the positives found at a false positive rate of ${formatRatio(half.x, look.locale)}`).replace(' · ', ', ') || 'no curve yet'}.`,
    table: {
      columns: columns(['false positive rate', 'ratio'], ['true positive rate', 'ratio']),
      rows: curves.roc.map(([x, y]) => [x, y]),
    },
  };
}

/** Precision against recall, over all thresholds. */
export function precisionRecallCurve(
  { model, curves, averagePrecision }: ScoreCurves,
  look: ChartLook,
): Chart {
  const average =
    averagePrecision === undefined
      ? ''
      : `average precision ${formatFigure(averagePrecision.value, look.locale)}`;
  const positive = shownName(curves.positive, 24);
  const points = curves.precisionRecall.map(([x, y]) => ({ x, y }));
  // All rows taken for positive: the precision of who knows nothing.
  const share = points.find(({ x }) => x >= 1)?.y ?? 0;
  const guessing = `dashed: guessing, ${formatRatio(share, look.locale)}`;
  const about = {
    title: 'Precision and recall',
    subtitle: joined(shownName(model, 80), `positive: ${positive}`, average, guessing),
    axisX: 'recall',
    axisY: 'precision',
    points,
    reference: [
      [0, share],
      [1, share],
    ] as [number, number][],
    words: {
      figure: average,
      reference: guessing,
      x: 0.02,
      y: share > 0.25 ? 0 : share,
      align: 'left' as const,
    },
  };
  return {
    ...unitSquare(about, look),
    summary: `Precision and recall, of ${shownName(model)} for ${positive}: ${average || 'no average precision yet'}; guessing has a precision of ${formatRatio(share, look.locale)}.`,
    table: {
      columns: columns(['recall', 'ratio'], ['precision', 'ratio']),
      rows: curves.precisionRecall.map(([x, y]) => [x, y]),
    },
  };
}

/** What came true of what was said, in bins of the probability; the larger a dot the more rows. */
export function calibrationCurve({ model, curves, calibrationError }: ScoreCurves, look: ChartLook): Chart {
  const error =
    calibrationError === undefined
      ? ''
      : `expected calibration error ${formatFigure(calibrationError.value, look.locale)}`;
  const positive = shownName(curves.positive, 24);
  const rows = curves.calibration.reduce((sum, point) => sum + point.rows, 0);
  const about = {
    title: 'Calibration',
    subtitle: joined(
      shownName(model, 80),
      `positive: ${positive}`,
      error,
      'dashed: as often as said · size: rows',
    ),
    axisX: 'probability as said, mean of a bin',
    axisY: 'share that came true',
    points: curves.calibration.map(({ score, rate, rows }) => ({ x: score, y: rate, rows })),
    reference: [
      [0, 0],
      [1, 1],
    ] as [number, number][],
    words: {
      figure: error,
      reference: 'dashed: as often as said',
      x: 0.98,
      y: 0,
      align: 'right' as const,
    },
  };
  const worst = curves.calibration.reduce<CurvesSnapshot['calibration'][number] | undefined>(
    (most, point) =>
      most === undefined || Math.abs(point.rate - point.score) > Math.abs(most.rate - most.score)
        ? point
        : most,
    undefined,
  );
  return {
    ...unitSquare(about, look),
    summary: `Calibration, of ${shownName(model)} for ${positive} on ${countOf(rows, 'row', look.locale)}: ${joined(error, worst === undefined ? '' : `furthest off where ${formatRatio(worst.score, look.locale)} was said and ${formatRatio(worst.rate, look.locale)} came true`).replace(' · ', ', ')}.`,
    table: {
      columns: columns(
        ['probability as said', 'ratio'],
        ['share that came true', 'ratio'],
        ['rows', 'count'],
      ),
      rows: curves.calibration.map(({ score, rate, rows }) => [score, rate, rows]),
    },
  };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
