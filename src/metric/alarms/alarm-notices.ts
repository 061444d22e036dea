import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { codeOf, messageOf } from '../../service/errors.ts';
import type { Logger } from '../../service/logging.ts';
import { writeWhole } from '../../service/whole-file.ts';
import { type AlarmMessage, alarmMessage } from '../../wire/alarm.ts';
import type { AlarmChange } from './alarms.ts';

/** Where changes of alarms are told. */
export interface AlarmOutlet {
  /** Under which it is remembered how far it has been told. */
  readonly name: string;
  /** Fulfils when the message is taken; whatever it rejects with, the same message is sent again later. */
  send(message: AlarmMessage, signal: AbortSignal): Promise<void>;
}

/** What the notices are told. */
export interface NoticeOptions {
  readonly outlets: readonly AlarmOutlet[];
  /** Changes after that of an outcome, in their order. */
  readonly changesAfter: (number: number) => readonly AlarmChange[];
  /** Share of a model's predictions that have their truth; `undefined` before one. */
  readonly coverageOf: (model: string) => number | undefined;
  /** Below it nothing is told: it waits until there are more truths, or the alarm is resolved. 0..1 */
  readonly coverageMin: number;
  /** Tells one ledger from another: its first outcome; `undefined` before one. */
  readonly sinceMs: () => number | undefined;
  /** File with how far each outlet has been told. */
  readonly path: string;
  readonly log: Logger;
  /** Whether it is on this process to tell, as it begins: else `look` says so later. */
  readonly leads: boolean;
  /** Told of each try. */
  readonly tried: (outlet: string, result: 'told' | 'failed') => void;
}

/** Pauses between two tries: they double from the first to the longest. */
const PAUSES = { firstMs: 1_000, maxMs: 300_000 } as const;

/**
 * Tells each change of an alarm to every outlet, in order and one at a time, apart from the stream: an outlet that does not answer
 * holds up its own messages only. How far it is told is in a file, so a restart tells nothing again but what was on its way
 * when a crash came; where the file is lost, alarms that stand are told once more as they stand.
 */
export class AlarmNotices {
  readonly #options: NoticeOptions;
  readonly #stopping = new AbortController();
  readonly #told = new Map<string, number>();
  /** The file is lost: changes up to this one are old, and only what stands is told of them. */
  #lostUpTo = 0;
  /** By outlet and alarm: was over before it could be told. Of a crash in between the end is told alone. */
  readonly #untold = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  #writing: Promise<void> = Promise.resolve();
  #saidNumber = 0;
  /** False while another worker tells. */
  #isTelling = false;

  constructor(options: NoticeOptions) {
    this.#options = options;
    if (options.leads) this.#begin();
  }

  /** From where the file says, which another worker may have written. */
  #begin(): void {
    this.#isTelling = true;
    const { outlets, changesAfter, path, sinceMs } = this.#options;
    const stored = storedIn(path);
    const isOurs = stored !== undefined && (stored.sinceMs === null || stored.sinceMs === sinceMs());
    const last = changesAfter(0).at(-1)?.number ?? 0;
    this.#lostUpTo = isOurs ? 0 : last;
    for (const { name } of outlets) this.#told.set(name, isOurs ? (stored.told[name] ?? last) : 0);
    this.#saidNumber = last;
    // From now on a crash tells nothing twice.
    if (this.#lostUpTo === 0) void this.#store();
  }

  /**
   * Something may have changed. Costs next to nothing when it has not.
   *
   * @param leads whether it is on this process to tell: of several workers on one ledger, with one folder, one does
   */
  look(leads: boolean): void {
    if (this.#stopping.signal.aborted) return;
    if (leads && !this.#isTelling) this.#begin();
    this.#isTelling = leads;
    if (!leads) return;
    for (const { alarm, number } of this.#options.changesAfter(this.#saidNumber)) {
      this.#options.log.warn(`alarm ${alarm.state}: ${alarm.text}`);
      this.#saidNumber = number;
    }
    for (const outlet of this.#options.outlets) {
      if (this.#running.has(outlet.name) || this.#next(outlet.name) === undefined) continue;
      const running = this.#tell(outlet).finally(() => this.#running.delete(outlet.name));
      this.#running.set(outlet.name, running);
    }
  }

  /** Gives up what is on its way: it comes again after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running.values());
    await this.#writing;
  }

  async #tell(outlet: AlarmOutlet): Promise<void> {
    const { log, tried } = this.#options;
    const { signal } = this.#stopping;
    let pauseMs: number = PAUSES.firstMs;
    for (
      let due = this.#next(outlet.name);
      due !== undefined && this.#isTelling;
      due = this.#next(outlet.name)
    ) {
      try {
        for (const { alarm } of due.changes) await outlet.send(alarmMessage(alarm, Date.now()), signal);
        tried(outlet.name, 'told');
        pauseMs = PAUSES.firstMs;
        this.#told.set(outlet.name, due.number);
        await this.#store();
      } catch (error) {
        if (signal.aborted) return;
        tried(outlet.name, 'failed');
        log.warn(
          `Cannot tell the ${outlet.name} of an alarm: ${messageOf(error)}; again in ${pauseMs / 1000} s.`,
        );
        await setTimeout(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
        if (signal.aborted) return;
        pauseMs = Math.min(PAUSES.maxMs, 2 * pauseMs);
      }
    }
  }

  /** What is to be told next, all changes of one outcome together; `undefined`: nothing, or nothing yet. */
  #next(outlet: string): { readonly number: number; readonly changes: readonly AlarmChange[] } | undefined {
    const { changesAfter, coverageOf, coverageMin } = this.#options;
    const open = changesAfter(this.#told.get(outlet)!);
    const resolved = new Set(open.flatMap(({ alarm }) => (alarm.state === 'resolved' ? [alarm.id] : [])));
    const number = open[0]?.number;
    if (number === undefined) return undefined;
    const changes = open.filter((change) => {
      if (change.number !== number) return false;
      if (number > this.#lostUpTo) return true;
      return !resolved.has(change.alarm.id) && isLatest(change, open);
    });
    const coverageIsThin = changes.some(({ alarm }) => (coverageOf(alarm.model) ?? 0) < coverageMin);
    if (!coverageIsThin)
      return { number, changes: changes.filter((change) => !this.#isOver(outlet, change)) };
    // An alarm that is over before there were truths enough was never one for anybody.
    for (const { alarm } of changes) {
      if (resolved.has(alarm.id) && alarm.state === 'raised') this.#untold.add(`${outlet} ${alarm.id}`);
    }
    return changes.every((change) => this.#isOver(outlet, change)) ? { number, changes: [] } : undefined;
  }

  /** Whether nobody has been told that this alarm was raised, and nobody is to be told the rest. */
  #isOver(outlet: string, { alarm }: AlarmChange): boolean {
    return this.#untold.has(`${outlet} ${alarm.id}`);
  }

  #store(): Promise<void> {
    const { path, sinceMs, log } = this.#options;
    const content = JSON.stringify({ sinceMs: sinceMs() ?? null, told: Object.fromEntries(this.#told) });
    this.#writing = this.#writing
      .then(() => writeWhole(path, `${content}\n`))
      .catch((error: unknown) => log.warn(`Cannot note in ${path} what was told: ${messageOf(error)}`));
    return this.#writing;
  }
}

interface Stored {
  /** `null`: it had no outcome yet. */
  readonly sinceMs: number | null;
  /** By outlet: the outcome whose changes were told last. */
  readonly told: Readonly<Record<string, number>>;
}

/** What the file says, or `undefined` where it is missing or is none. */
function storedIn(path: string): Stored | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stored = JSON.parse(text) as Partial<Stored> | null;
    return typeof stored?.told === 'object'
      ? { sinceMs: stored.sinceMs ?? null, told: stored.told }
      : undefined;
  } catch {
    return undefined;
  }
}

function isLatest({ number, alarm }: AlarmChange, changes: readonly AlarmChange[]): boolean {
  return !changes.some((other) => other.alarm.id === alarm.id && other.number > number);
}
