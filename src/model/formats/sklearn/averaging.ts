import type { Value } from '../../../wire/records.ts';
import type { Attributes } from './attributes.ts';
import { selectColumns } from './frames.ts';
import { argmaxRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Classifier, Frame, Refusals, Regressor } from './step.ts';
import { requireClassifier, requireRegressor } from './wrappers.ts';

/** Ensembles of any estimators that average or vote. */
export const AVERAGING: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.ensemble._voting.VotingRegressor', votingRegressor],
  ['sklearn.ensemble._voting.VotingClassifier', votingClassifier],
  ['sklearn.ensemble._bagging.BaggingRegressor', baggingRegressor],
  ['sklearn.ensemble._bagging.BaggingClassifier', baggingClassifier],
]);

function votingRegressor(attributes: Attributes): Built {
  const members = attributes.steps('estimators_').map((step) => requireRegressor(step));
  const weights = weightsOf(attributes, members.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    kind: 'regressor',
    ...aboutOf(members),
    outputs: 1,
    predict(frame, refusals) {
      const sum = new Float64Array(frame.rows);
      for (const [at, member] of members.entries()) {
        addScaled(sum, member.predict(frame, refusals), weights[at] as number);
      }
      return sum.map((value) => value / total);
    },
  };
}

function votingClassifier(attributes: Attributes): Built {
  const members = attributes.steps('estimators_').map((step) => requireClassifier(step));
  const classes = attributes.has('classes_')
    ? attributes.labels('classes_')
    : attributes.child('le_').labels('classes_');
  const weights = weightsOf(attributes, members.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const isSoft = attributes.text('voting', 'hard') === 'soft';
  const votes = (frame: Frame, refusals: Refusals): Float64Array => {
    const sum = new Float64Array(frame.rows * classes.length);
    for (const [at, member] of members.entries()) {
      const weight = weights[at] as number;
      if (isSoft) addScaled(sum, probaOf(member, attributes)(frame, refusals), weight);
      else
        addVotes(sum, member.predict(frame, refusals), placesOf(member, classes.length, attributes), {
          weight,
          width: classes.length,
        });
    }
    return isSoft ? sum.map((value) => value / total) : sum;
  };
  const predict = (frame: Frame, refusals: Refusals): Float64Array =>
    argmaxRows(votes(frame, refusals), classes.length);
  if (!isSoft) {
    return {
      kind: 'classifier',
      ...aboutOf(members),
      classes: [classes],
      predict,
      proba: undefined,
      decision: undefined,
      both: undefined,
    };
  }
  for (const member of members) probaOf(member, attributes);
  return averaged(members, classes, votes);
}

function baggingRegressor(attributes: Attributes): Built {
  const members = attributes.steps('estimators_').map((step) => requireRegressor(step));
  const { columns, featureCount } = columnsOf(attributes, members.length);
  const [first] = members;
  return {
    kind: 'regressor',
    featureCount,
    outputs: first?.outputs ?? 1,
    lines: [`${members.length} of:`, ...(first?.lines ?? [])],
    predict(frame, refusals) {
      const sum = new Float64Array(frame.rows * (first?.outputs ?? 1));
      for (const [at, member] of members.entries()) {
        addScaled(sum, member.predict(selectColumns(frame, columns[at] as number[]), refusals), 1);
      }
      return sum.map((value) => value / members.length);
    },
  };
}

function baggingClassifier(attributes: Attributes): Built {
  const members = attributes.steps('estimators_').map((step) => requireClassifier(step));
  const { columns, featureCount } = columnsOf(attributes, members.length);
  const classes = attributes.labels('classes_');
  const width = classes.length;
  const places = members.map((member) => placesOf(member, width, attributes));
  const proba = (frame: Frame, refusals: Refusals): Float64Array => {
    const sum = new Float64Array(frame.rows * width);
    for (const [at, member] of members.entries()) {
      const chosen = selectColumns(frame, columns[at] as number[]);
      const to = places[at] as number[];
      if (member.proba === undefined)
        addVotes(sum, member.predict(chosen, refusals), to, { weight: 1, width });
      else addSpread(sum, member.proba(chosen, refusals), to, width);
    }
    return sum.map((value) => value / members.length);
  };
  const built = averaged([], classes, proba);
  return { ...built, featureCount, lines: [`${members.length} of:`, ...(members[0]?.lines ?? [])] };
}

function averaged(
  members: readonly Classifier[],
  classes: readonly Value[],
  proba: (frame: Frame, refusals: Refusals) => Float64Array,
): Built {
  return {
    kind: 'classifier',
    ...aboutOf(members),
    classes: [classes],
    proba,
    decision: undefined,
    predict: (frame, refusals) => argmaxRows(proba(frame, refusals), classes.length),
    both(frame, refusals) {
      const probabilities = proba(frame, refusals);
      return { values: argmaxRows(probabilities, classes.length), probabilities };
    },
  };
}

/** What an ensemble over the same columns says about itself. */
export function aboutOf(members: readonly (Classifier | Regressor)[]): {
  featureCount?: number;
  textFeatures: number[];
  lines: string[];
} {
  const counted = members.find(({ featureCount }) => featureCount !== undefined)?.featureCount;
  return {
    ...(counted === undefined ? {} : { featureCount: counted }),
    textFeatures: [...new Set(members.flatMap(({ textFeatures }) => textFeatures))],
    lines: members.flatMap(({ lines }) => lines),
  };
}

/** Classes of a member trained on encoded labels, as places among the ensemble's classes. */
export function placesOf(member: Classifier, count: number, attributes: Attributes): number[] {
  return (member.classes[0] ?? []).map((label) => {
    const place = Number(label);
    if (!(Number.isInteger(place) && place >= 0 && place < count)) {
      throw attributes.odd('estimators_', 'members trained on the same classes');
    }
    return place;
  });
}

function probaOf(member: Classifier, attributes: Attributes): NonNullable<Classifier['proba']> {
  return member.proba ?? attributes.fail('estimators_', 'members with probabilities');
}

function weightsOf(attributes: Attributes, count: number): Float64Array {
  const given = attributes.numbersIn(attributes.get('weights') ?? undefined)?.values;
  if (given === undefined) return new Float64Array(count).fill(1);
  const dropped = attributes
    .list('estimators')
    .map((entry) => Array.isArray(entry) && (entry[1] === 'drop' || entry[1] === null));
  const weights = given.filter((_, at) => dropped[at] !== true);
  if (weights.length !== count) throw attributes.odd('weights', 'a weight for each member');
  return weights;
}

/** The columns that each member was trained on, and how many there are in all. */
function columnsOf(attributes: Attributes, members: number): { columns: number[][]; featureCount: number } {
  const featureCount = attributes.number(attributes.has('n_features_in_') ? 'n_features_in_' : 'n_features_');
  const columns = attributes.list('estimators_features_').map((entry) => {
    const chosen = attributes.numbersIn(entry)?.values ?? attributes.fail('estimators_features_', 'columns');
    if (chosen.some((column) => !(column >= 0 && column < featureCount))) {
      throw attributes.odd('estimators_features_', `columns of ${featureCount}`);
    }
    return [...chosen];
  });
  if (columns.length !== members) throw attributes.odd('estimators_features_', 'columns for each member');
  return { columns, featureCount };
}

function addScaled(sum: Float64Array, values: Float64Array, weight: number): void {
  for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + (values[at] as number) * weight;
}

function addVotes(
  sum: Float64Array,
  chosen: Float64Array,
  places: readonly number[],
  { weight, width }: { weight: number; width: number },
): void {
  for (let row = 0; row < chosen.length; row++) {
    const at = row * width + (places[chosen[row] as number] ?? 0);
    sum[at] = (sum[at] as number) + weight;
  }
}

function addSpread(sum: Float64Array, shares: Float64Array, places: readonly number[], width: number): void {
  for (let row = 0, from = 0; from < shares.length; row++) {
    for (const place of places) {
      const at = row * width + place;
      sum[at] = (sum[at] as number) + (shares[from++] as number);
    }
  }
}
