import { clippedErrors } from '../../stats/clipped-errors.ts';
import type { LinearBins } from '../../stats/count-sketch.ts';
import type { Figures, LinearFigures } from '../../stats/figure.ts';
import { pinball } from '../../stats/pinball.ts';
import { predictionIntervals } from '../../stats/prediction-intervals.ts';
import {
  type RegressionOutcome,
  errorHistogram,
  meanAbsoluteError,
  addRegressionBlock,
  regression,
} from '../../stats/regression.ts';
import { type RegressionBlock, isScorable } from '../../stats/regression-block.ts';
import { addRelativeBlock, relativeErrors } from '../../stats/relative-errors.ts';
import { type SkillOutcome, addSkillBlock, clippedSkill, skill } from '../../stats/skill.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import type { FigureSet, Row } from './figure-set.ts';
import type { FigureSettings } from './figure-settings.ts';
import { baselinesIn } from './naive-answers.ts';

/** The linear figures of a regression: errors, errors in proportion, skill, and what the settings add. */
export class RegressionSet implements FigureSet {
  scored = 0;
  changes = 0;
  readonly classes = 0;
  readonly #errors = regression.empty();
  readonly #relative = relativeErrors.empty();
  readonly #skill = skill.empty();
  readonly #intervals = predictionIntervals.empty();
  readonly #further: readonly Further[];

  constructor(settings: FigureSettings) {
    this.#further = furtherOf(settings).map((figures) => ({ figures, state: figures.empty() }));
  }

  put({ prediction, truth, weight }: Row, sign: 1 | -1): void {
    const { interval, baseline } = prediction;
    const outcome = {
      truth: Number(truth.value),
      prediction: Number(prediction.value),
      weight,
      interval,
      baselines: baseline === undefined ? undefined : baselinesIn(baseline),
    };
    this.scored += sign;
    this.changes++;
    const put = sign === 1 ? 'add' : 'remove';
    regression[put](this.#errors, outcome);
    relativeErrors[put](this.#relative, outcome);
    if (baseline !== undefined) skill[put](this.#skill, outcome);
    if (interval !== undefined) predictionIntervals[put](this.#intervals, outcome);
    for (const { figures, state } of this.#further) figures[put](state, outcome);
  }

  /** Adds outcomes without an interval of the model's own. */
  putBlock(block: RegressionBlock): void {
    const { count, truth, prediction } = block;
    this.scored += count;
    this.changes++;
    addRegressionBlock(this.#errors, block);
    addRelativeBlock(this.#relative, block);
    if (block.hasBaselines) addSkillBlock(this.#skill, block);
    for (const { figures, state } of this.#further) {
      for (let i = 0; i < count; i++) {
        const baselines = block.baselinesAt(i);
        figures.add(state, { truth: truth[i]!, prediction: prediction[i]!, baselines });
      }
    }
  }

  merge(other: this): void {
    this.scored += other.scored;
    this.changes++;
    regression.merge(this.#errors, other.#errors);
    relativeErrors.merge(this.#relative, other.#relative);
    skill.merge(this.#skill, other.#skill);
    predictionIntervals.merge(this.#intervals, other.#intervals);
    for (const [i, { figures, state }] of this.#further.entries())
      figures.merge(state, other.#further[i]!.state);
  }

  values(): Figures {
    return Object.assign(
      {},
      regression.value(this.#errors),
      relativeErrors.value(this.#relative),
      skill.value(this.#skill),
      predictionIntervals.value(this.#intervals),
      ...this.#further.map(({ figures, state }) => figures.value(state)),
    ) as Figures;
  }

  means(): { readonly mae?: number } {
    const mae = meanAbsoluteError(this.#errors);
    return mae === undefined ? {} : { mae };
  }

  naiveAccuracy(): undefined {
    return undefined;
  }

  histogram(): LinearBins | undefined {
    return errorHistogram(this.#errors);
  }

  charts(): object {
    return {};
  }

  write(writer: StateWriter): void {
    writer.integer(this.scored);
    writer.bytes(regression.encode(this.#errors));
    writer.bytes(relativeErrors.encode(this.#relative));
    writer.bytes(skill.encode(this.#skill));
    writer.bytes(predictionIntervals.encode(this.#intervals));
    for (const { figures, state } of this.#further) writer.bytes(figures.encode(state));
  }

  static read(reader: StateReader, settings: FigureSettings): RegressionSet {
    const made = new RegressionSet(settings);
    made.scored = reader.integer();
    Object.assign(made.#errors, regression.decode(reader.bytes()));
    Object.assign(made.#relative, relativeErrors.decode(reader.bytes()));
    Object.assign(made.#skill, skill.decode(reader.bytes()));
    Object.assign(made.#intervals, predictionIntervals.decode(reader.bytes()));
    for (const further of made.#further) further.state = further.figures.decode(reader.bytes());
    return made;
  }
}

/** Whether a row may go into a block: numbers of weight 1, with no interval of the model's own. */
export function fitsBlock(
  { value, interval, baseline }: Row['prediction'],
  truth: Row['truth'],
  weight: number | undefined,
): boolean {
  return (
    (weight === undefined || weight === 1) &&
    interval === undefined &&
    isScorable(value) &&
    isScorable(truth.value) &&
    (baseline === undefined ||
      (isScorable(baseline[0]) && isScorable(baseline[1]) && isScorable(baseline[2])))
  );
}

/** Puts a row that fits where there is room. */
export function putInBlock(
  block: RegressionBlock,
  { value, baseline }: Row['prediction'],
  truth: Row['truth'],
): void {
  block.putCarried(truth.value as number, value as number, baseline);
}

/** Figures that only some settings ask for. */
interface Further {
  readonly figures: RegressionFigures;
  state: unknown;
}

type RegressionFigures = LinearFigures<unknown, RegressionOutcome & SkillOutcome>;

function furtherOf({ pinball: quantiles, errorMax }: FigureSettings): RegressionFigures[] {
  return [
    ...(quantiles.length > 0 ? [pinball(quantiles)] : []),
    ...(errorMax === undefined ? [] : [clippedErrors(errorMax), clippedSkill(errorMax)]),
  ];
}
