import type { Tags, Value } from '../../wire/records.ts';
import type { Arena, ArenaReader } from './arena.ts';
import {
  type Entry,
  type OutcomeMark,
  PREDICTION_STATES,
  type PredictionSlot,
  TRUTH_STATES,
  type TruthSlot,
  type TruthVersion,
  dueMs,
} from './entry.ts';

/**
 * An entry as bytes. A fixed head can be read without the rest: how long it is, the hash of its key, when
 * something in it runs out of time, until when it is known; then comes the key.
 *
 * size u32 | hash f64 | due f64 | forget f64 | key | flags | token | truth | predictions
 */
export const HEAD_BYTES = 28;
export const HASH_AT = 4;
export const DUE_AT = 12;
export const FORGET_AT = 20;

/** Writes an entry at the end of the arena. @returns where it begins */
export function writeEntry(arena: Arena, entry: Entry, hash: number): number {
  const start = arena.at;
  arena.reserve(HEAD_BYTES);
  arena.view.setFloat64(start + HASH_AT, hash, true);
  arena.view.setFloat64(start + DUE_AT, dueMs(entry), true);
  arena.view.setFloat64(start + FORGET_AT, entry.forgetMs, true);
  arena.at = start + HEAD_BYTES;
  arena.text(entry.key);
  const { truth, token, predictions } = entry;
  arena.byte((token === entry.key ? 0 : TOKEN) | (truth === undefined ? 0 : TRUTH));
  if (token !== entry.key) arena.text(token);
  if (truth !== undefined) writeTruth(arena, truth);
  arena.count(predictions.length);
  for (let i = 0; i < predictions.length; i++) writePrediction(arena, predictions[i]!);
  arena.view.setUint32(start, arena.at - start, true);
  return start;
}

/** Reads the entry that begins at `at`. @param known its key, where it is known */
export function readEntry(reader: ArenaReader, bytes: Buffer, at: number, known?: string): Entry {
  reader.open(bytes, at + FORGET_AT);
  const forgetMs = reader.double();
  const key = known ?? reader.text();
  if (known !== undefined) reader.skipText();
  const flags = reader.byte();
  const token = flags & TOKEN ? reader.text() : key;
  const truth = flags & TRUTH ? readTruth(reader) : undefined;
  return { key, token, truth, predictions: readList(reader, readPrediction), forgetMs };
}

/** The key of the entry that begins at `at`. */
export function readKey(reader: ArenaReader, bytes: Buffer, at: number): string {
  reader.open(bytes, at + HEAD_BYTES);
  return reader.text();
}

/** Whether two entries, as bytes, are of the same key. */
export function isSameKey(a: Buffer, aAt: number, b: Buffer, bAt: number): boolean {
  const length = keyBytes(a, aAt);
  const from = HEAD_BYTES;
  return a.compare(b, bAt + from, bAt + from + length, aAt + from, aAt + from + length) === 0;
}

/** Whether the entry that begins at `at` is that of this key. */
export function isEntryOf(bytes: Buffer, at: number, key: string): boolean {
  let place = at + HEAD_BYTES;
  const { length } = key;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[place++] ?? 0;
    size |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  if (size >>> 1 !== length) return false;
  if ((size & 1) === 0) {
    for (let i = 0; i < length; i++) if (bytes[place + i] !== key.charCodeAt(i)) return false;
    return true;
  }
  for (let i = 0; i < length; i++) {
    const code = (bytes[place + 2 * i] ?? 0) | ((bytes[place + 2 * i + 1] ?? 0) << 8);
    if (code !== key.charCodeAt(i)) return false;
  }
  return true;
}

/** Bytes of an entry's key with its length in front. */
function keyBytes(bytes: Buffer, at: number): number {
  let size = 0;
  let place = at + HEAD_BYTES;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[place++] ?? 0;
    size |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  return place - at - HEAD_BYTES + (size >>> 1) * ((size & 1) + 1);
}

const TOKEN = 1;
const TRUTH = 2;

// Flags of a record: what it carries.
const TIMED = 1;
const WEIGHT = 2;
const TAGS = 4;
const VERSION = 8;
const CHALLENGER = 16;
const PROBA = 32;
const INTERVAL = 64;
const BASELINE = 128;

function writeTruth(arena: Arena, truth: TruthSlot): void {
  arena.byte(TRUTH_STATES.indexOf(truth.state));
  arena.double(truth.deadlineMs);
  arena.count(truth.current);
  arena.count(truth.versions.length);
  for (let i = 0; i < truth.versions.length; i++) {
    const { value, atMs, timed, weight, tags } = truth.versions[i]!;
    arena.byte((timed ? TIMED : 0) | (weight === undefined ? 0 : WEIGHT) | (tags === undefined ? 0 : TAGS));
    writeValue(arena, value);
    arena.double(atMs);
    if (weight !== undefined) arena.double(weight);
    if (tags !== undefined) arena.word(JSON.stringify(tags));
  }
}

function readTruth(reader: ArenaReader): TruthSlot {
  const state = stateAt(TRUTH_STATES, reader.byte());
  const deadlineMs = reader.double();
  const current = reader.count();
  const versions: TruthVersion[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const flags = reader.byte();
    versions.push({
      value: readValue(reader),
      atMs: reader.double(),
      timed: (flags & TIMED) !== 0,
      weight: flags & WEIGHT ? reader.double() : undefined,
      tags: flags & TAGS ? (JSON.parse(reader.word()) as Tags) : undefined,
    });
  }
  return { state, deadlineMs, versions, current };
}

function writePrediction(arena: Arena, prediction: PredictionSlot): void {
  const { version, weight, tags, proba, interval, baseline, outcomes } = prediction;
  arena.byte(
    (prediction.timed ? TIMED : 0) |
      (weight === undefined ? 0 : WEIGHT) |
      (tags === undefined ? 0 : TAGS) |
      (version === undefined ? 0 : VERSION) |
      (prediction.challenger ? CHALLENGER : 0) |
      (proba === undefined ? 0 : PROBA) |
      (interval === undefined ? 0 : INTERVAL) |
      (baseline === undefined ? 0 : BASELINE),
  );
  arena.byte(PREDICTION_STATES.indexOf(prediction.state));
  arena.word(prediction.model);
  if (version !== undefined) arena.word(version);
  writeValue(arena, prediction.value);
  arena.double(prediction.atMs);
  arena.double(prediction.deadlineMs);
  if (weight !== undefined) arena.double(weight);
  if (tags !== undefined) arena.word(JSON.stringify(tags));
  if (proba !== undefined) writeProba(arena, proba);
  if (interval !== undefined) {
    arena.double(interval[0]);
    arena.double(interval[1]);
  }
  if (baseline !== undefined) {
    arena.count(baseline.length);
    for (let i = 0; i < baseline.length; i++) arena.double(baseline[i]!);
  }
  arena.count(outcomes.length);
  for (let i = 0; i < outcomes.length; i++) {
    arena.count(outcomes[i]!.number);
    arena.count(outcomes[i]!.version);
  }
}

/** A counted list. An array that is pushed to has room for seventeen; nearly all of these have one. */
function readList<T>(reader: ArenaReader, read: (reader: ArenaReader) => T): readonly T[] {
  const count = reader.count();
  if (count === 0) return [];
  const list = [read(reader)];
  while (list.length < count) list.push(read(reader));
  return list;
}

function readPrediction(reader: ArenaReader): PredictionSlot {
  const flags = reader.byte();
  // The order of these lines is the order of the bytes.
  return {
    challenger: (flags & CHALLENGER) !== 0,
    timed: (flags & TIMED) !== 0,
    state: stateAt(PREDICTION_STATES, reader.byte()),
    model: reader.word(),
    version: flags & VERSION ? reader.word() : undefined,
    value: readValue(reader),
    atMs: reader.double(),
    deadlineMs: reader.double(),
    weight: flags & WEIGHT ? reader.double() : undefined,
    tags: flags & TAGS ? (JSON.parse(reader.word()) as Tags) : undefined,
    proba: flags & PROBA ? readProba(reader) : undefined,
    interval: flags & INTERVAL ? [reader.double(), reader.double()] : undefined,
    baseline: flags & BASELINE ? readDoubles(reader) : undefined,
    outcomes: readList(reader, readOutcome),
  };
}

function readOutcome(reader: ArenaReader): OutcomeMark {
  return { number: reader.count(), version: reader.count() };
}

function readDoubles(reader: ArenaReader): number[] {
  const values: number[] = [];
  for (let left = reader.count(); left > 0; left--) values.push(reader.double());
  return values;
}

function writeProba(arena: Arena, proba: Readonly<Record<string, number>>): void {
  const classes = Object.keys(proba);
  arena.count(classes.length);
  for (const name of classes) {
    arena.word(name);
    arena.double(proba[name] ?? 0);
  }
}

function readProba(reader: ArenaReader): Readonly<Record<string, number>> {
  const pairs: [string, number][] = [];
  for (let left = reader.count(); left > 0; left--) pairs.push([reader.word(), reader.double()]);
  // Built so, a class called `__proto__` is a class like any other.
  return Object.fromEntries(pairs);
}

const NUMBER = 0;
const FALSE = 1;
const YES = 2;
const TEXT = 3;

function writeValue(arena: Arena, value: Value): void {
  if (typeof value === 'number') {
    arena.byte(NUMBER);
    arena.double(value);
  } else if (typeof value === 'boolean') {
    arena.byte(value ? YES : FALSE);
  } else {
    arena.byte(TEXT);
    arena.word(value);
  }
}

function readValue(reader: ArenaReader): Value {
  const kind = reader.byte();
  if (kind === NUMBER) return reader.double();
  if (kind === TEXT) return reader.word();
  return kind === YES;
}

function stateAt<S>(states: readonly S[], index: number): S {
  const state = states[index];
  if (state === undefined) throw new RangeError(`Cannot read an entry: there is no state ${index}`);
  return state;
}
