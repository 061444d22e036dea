import { AftermathError } from '../../service/errors.ts';
import type { Logger } from '../../service/logging.ts';
import { eBenjaminiHochberg } from '../../stats/alarm-budget.ts';
import { ALARMS_SHOWN_MAX, type AlarmSnapshot } from '../../wire/snapshot.ts';
import { alarmFlag, type AlarmLoss, alarmLoss } from './alarm-loss.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import { type AlarmPlace, alarmSnapshot } from './alarm-text.ts';
import {
  type AlarmPromise,
  declaredShare,
  laterShare,
  newWatch,
  Watching,
  type WatchState,
} from './alarm-watch.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { REST, sliceOf } from '../ledger/slices.ts';

/** A change of state of one alarm. */
export interface AlarmChange {
  /** Of the outcome that made it: changes are in the order of these. */
  readonly number: number;
  readonly alarm: AlarmSnapshot;
}

/** A watch, and what it looks at. */
interface Watch {
  readonly place: AlarmPlace;
  readonly state: WatchState;
}

/** What is stored. Plain data. */
interface AlarmsState {
  version: number;
  /** The settings that it belongs to. */
  settings: string;
  /** Watches so far beyond the declared ones. */
  later: number;
  /** The model whose figures over all rows have the declared shares: the first one. */
  first: string | null;
  watches: Watch[];
  /** The latest last. */
  changes: AlarmChange[];
  resolved: AlarmSnapshot[];
}

/**
 * The alarms of a ledger: each declared figure of the champion, over all rows and for each value of the tags, in the order of
 * the outcomes. First truths count; a revision does not undo what they said.
 *
 * All watches share one promise. Half of it is for the declared figures over all rows, in equal parts; the other half is
 * kept back for what turns up later (slices, another champion, and after an e-process has been resolved the one that
 * goes on): number k of them gets 6 / (π²k²) of it.
 */
export class Alarms {
  readonly #settings: AlarmSettings;
  readonly #log: Logger;
  #watched: readonly { readonly loss: AlarmLoss; readonly watching: Watching }[];
  /** Once the setting or the first outcome has told. */
  #task: LedgerTask | undefined;
  #state: AlarmsState;
  /** By `keyOf` their place. */
  #watches = new Map<string, Watch>();
  /** Values of each tag that have a watch of their own. */
  #values = new Map<string, Set<string>>();
  #saidTask = false;

  /** @throws {AftermathError} `usage` where a condition cannot be watched with a promise */
  constructor(settings: AlarmSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
    this.#watched = settings.conditions.map((condition) =>
      watchedBy(alarmLoss(condition, settings), settings),
    );
    this.#state = this.#empty();
  }

  /** Whether there is anything to watch. */
  get areWatched(): boolean {
    return this.#watched.length > 0;
  }

  /** How many have been raised and are not resolved. */
  get standing(): number {
    let count = 0;
    for (const { state } of this.#watches.values()) if (state.standing !== null) count++;
    return count;
  }

  /** Takes the next outcome. */
  add(outcome: Outcome, task: LedgerTask): void {
    const { prediction, truth, previous } = outcome;
    if (this.#watched.length === 0 || previous !== undefined || prediction.challenger) return;
    if ((truth.weight ?? prediction.weight) === 0) return;
    this.#know(task);
    this.#state.first ??= prediction.model;
    for (const [i, { loss }] of this.#watched.entries()) {
      if (loss.task !== undefined && loss.task !== task) {
        this.#sayTask(task);
        continue;
      }
      const value = loss.of(outcome);
      if (value === undefined) continue;
      const { model } = prediction;
      this.#addTo({ condition: i, model }, value, { outcome, id: `${outcome.number}.${i}` });
      for (const [k, tag] of this.#settings.slices.entries()) {
        const slice = sliceOf(tag, prediction, truth);
        if (slice === undefined) continue;
        const place = { condition: i, model, slice: this.#sliceFor(tag, slice) };
        this.#addTo(place, value, { outcome, id: `${outcome.number}.${i}.${k}` });
      }
    }
  }

  /** Changes of state after that of an outcome, in their order: of very many the last ones. */
  changesAfter(number: number): readonly AlarmChange[] {
    return this.#state.changes.filter((change) => change.number > number);
  }

  /** Those that stand, then resolved ones, the latest change first. */
  list(): readonly AlarmSnapshot[] {
    const standing = [...this.#watches.values()].flatMap((watch) =>
      watch.state.standing === null ? [] : [this.#snapshot(watch)],
    );
    standing.sort((a, b) => b.changedAtMs - a.changedAtMs);
    return [...standing, ...this.#state.resolved.toReversed()].slice(0, ALARMS_SHOWN_MAX);
  }

  /**
   * What looks bad now, whether or not an alarm stands: e-BH over the evidence of all e-processes, so that on average at most
   * α of those that are listed are not bad. `undefined` for e-detectors, whose evidence is no e-value.
   */
  suspects(): readonly AlarmSnapshot[] | undefined {
    if (this.#settings.promise !== 'life') return undefined;
    const watches = [...this.#watches.values()].filter(({ state }) => state.reference !== null);
    const evidence = watches.map(({ place, state }) =>
      this.#watched[place.condition]!.watching.evidence(state),
    );
    return eBenjaminiHochberg(evidence, this.#settings.alpha)
      .slice(0, ALARMS_SHOWN_MAX)
      .map((i) => this.#snapshot(watches[i]!));
  }

  encode(): Uint8Array {
    const state: AlarmsState = { ...this.#state, watches: [...this.#watches.values()] };
    return Buffer.from(JSON.stringify(state));
  }

  /**
   * Forgets everything and goes on from what `encode` gave. Where that was made under other settings, or by another
   * version, everything begins anew, with what comes after it: a promise cannot be given on what has been seen.
   *
   * @param task of the outcomes so far; `undefined` before one
   */
  restore(bytes: Uint8Array | undefined, task: LedgerTask | undefined): void {
    if (task !== undefined) this.#know(task);
    this.#state = this.#empty();
    this.#watches = new Map();
    this.#values = new Map();
    if (bytes === undefined) return;
    const stored = JSON.parse(Buffer.from(bytes).toString()) as AlarmsState;
    const { version, settings } = this.#state;
    if (stored.version !== version || stored.settings !== settings) {
      if (this.#watched.length > 0 && stored.watches.length > 0)
        this.#log.warn('What is watched for alarms has changed: the evidence begins anew.');
      return;
    }
    this.#state = { ...stored, watches: [] };
    this.#watches = new Map(stored.watches.map((watch) => [keyOf(watch.place), watch]));
    for (const { slice } of stored.watches.map(({ place }) => place)) {
      if (slice !== undefined && slice.value !== REST) this.#valuesOf(slice.tag).add(slice.value);
    }
  }

  /** What the outcomes are says which mean `mae` is: of errors, or of the share that was wrong. */
  #know(task: LedgerTask): void {
    if (this.#task === task) return;
    this.#task = task;
    const settings = { ...this.#settings, task };
    this.#watched = this.#watched.map((watched, i) => {
      const condition = this.#settings.conditions[i]!;
      if (condition.figure !== 'mae' || watched.loss.task === task) return watched;
      try {
        return watchedBy(alarmLoss(condition, settings), this.#settings);
      } catch (error) {
        if (!(error instanceof AftermathError)) throw error;
        this.#log.warn(`This is a ${task}. ${error.message}`);
        return watched;
      }
    });
  }

  #addTo(
    place: AlarmPlace,
    loss: number,
    { outcome, id }: { readonly outcome: Outcome; readonly id: string },
  ): void {
    const key = keyOf(place);
    const watch = this.#watches.get(key) ?? this.#open(key, place);
    const { watching } = this.#watched[place.condition]!;
    const { standing } = watch.state;
    const { atMs } = outcome.truth;
    const change = watching.add(watch.state, loss, { atMs, id });
    if (change === undefined) return;
    if (change !== 'resolved') {
      this.#changed(outcome.number, this.#snapshot(watch));
      return;
    }
    const was = {
      place,
      state: { ...watch.state, standing: standing && { ...standing, changedAtMs: atMs } },
    };
    const alarm = { ...this.#snapshot(was), state: change };
    this.#state.resolved = [...this.#state.resolved, alarm].slice(-ALARMS_SHOWN_MAX);
    this.#changed(outcome.number, alarm);
    // An e-process alarms once: the one that goes on is another watch.
    if (this.#settings.promise === 'life') watch.state.share = laterShare(++this.#state.later);
  }

  #changed(number: number, alarm: AlarmSnapshot): void {
    this.#state.changes = [...this.#state.changes, { number, alarm }].slice(-CHANGES_MAX);
  }

  #open(key: string, place: AlarmPlace): Watch {
    const { conditions } = this.#settings;
    const { loss } = this.#watched[place.condition]!;
    const { reference } = conditions[place.condition]!;
    const isDeclared = place.slice === undefined && place.model === this.#state.first;
    const share = isDeclared ? declaredShare(conditions.length) : laterShare(++this.#state.later);
    const asLoss = reference === 'learnt' ? undefined : loss.lossOf(reference);
    const watch = { place, state: newWatch(share, asLoss, loss.bounds) };
    this.#watches.set(key, watch);
    return watch;
  }

  #sliceFor(tag: string, value: string): { readonly tag: string; readonly value: string } {
    const values = this.#valuesOf(tag);
    if (!values.has(value)) {
      if (values.size >= this.#settings.slicesMax) return { tag, value: REST };
      values.add(value);
    }
    return { tag, value };
  }

  #valuesOf(tag: string): Set<string> {
    let values = this.#values.get(tag);
    if (values === undefined) this.#values.set(tag, (values = new Set()));
    return values;
  }

  #snapshot({ place, state }: Watch): AlarmSnapshot {
    const { loss, watching } = this.#watched[place.condition]!;
    return alarmSnapshot(place, state, {
      condition: this.#settings.conditions[place.condition]!,
      settings: this.#settings,
      loss,
      evidence: watching.evidence(state),
      threshold: watching.threshold(state),
    });
  }

  #sayTask(task: LedgerTask): void {
    if (this.#saidTask) return;
    this.#saidTask = true;
    const others = this.#settings.conditions.filter((_, i) => this.#watched[i]!.loss.task !== task);
    this.#log.warn(
      `This is a ${task}: ${others.map(alarmFlag).join(', ')} ${others.length === 1 ? 'is' : 'are'} not watched; say --task ${task} to have it judged at the start.`,
    );
  }

  #empty(): AlarmsState {
    const settings = JSON.stringify(this.#settings);
    return { version: VERSION, settings, later: 0, first: null, watches: [], changes: [], resolved: [] };
  }
}

/** Of the stored state: of another one everything begins anew. */
const VERSION = 1;

/** Changes that are remembered, to be told to whoever could not be told yet. */
const CHANGES_MAX = 200;

function keyOf({ condition, model, slice }: AlarmPlace): string {
  return slice === undefined
    ? `${condition} ${model}`
    : `${condition} ${model}\0${slice.tag}\0${slice.value}`;
}

function watchedBy(loss: AlarmLoss, settings: AlarmSettings): { loss: AlarmLoss; watching: Watching } {
  return { loss, watching: new Watching(loss.bounds, promiseOf(settings)) };
}

function promiseOf(settings: AlarmSettings): AlarmPromise {
  const { promise, alpha, runLength, referenceRows, conditions } = settings;
  const isLearnt = conditions.some(({ reference }) => reference === 'learnt');
  // References that are learnt take their part of the same α.
  const referenceAlpha = promise === 'life' ? alpha / 2 : alpha;
  const kept = promise === 'life' ? (isLearnt ? alpha - referenceAlpha : alpha) : 1 / runLength;
  return { kind: promise, alpha: kept, referenceAlpha, referenceRows };
}
