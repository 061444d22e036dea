import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AftermathError, messageOf } from '../service/errors.ts';
import type { FileVersion } from '../service/csv.ts';
import type { Position } from './position.ts';
import type { DatasetSettings } from './settings.ts';

/** What a run is over. A run can go on only over the same. */
export interface RunSpec {
  readonly settings: DatasetSettings;
  readonly version: FileVersion;
  readonly shuffleRowsMax: number;
}

/** A run as it is stored. */
export interface StoredRun {
  readonly id: string;
  readonly spec: RunSpec;
  readonly position: Position;
}

/** A task as it is stored. */
export interface StoredTask {
  /** Its place in the order of acceptance. */
  readonly place: number;
  /** As its sender knows it. */
  readonly id: string;
  readonly run: string;
  readonly replyTo: string | undefined;
  readonly correlationId: string | undefined;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly rows: number;
  readonly error: string | undefined;
}

/** A task that is about to be accepted. */
export interface NewTask {
  readonly id: string;
  /** Of the message's bytes. */
  readonly digest: string;
  readonly replyTo: string | undefined;
  readonly correlationId: string | undefined;
}

/**
 * What the features stage remembers: its last run, the tasks, and how far each has come. Every change is on
 * disk when its call returns, and survives a power cut, but for positions. One process has it at a time; a killed one
 * leaves no lock behind.
 */
export class FeaturesState implements Disposable {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #storePosition: StatementSync;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
    this.#storePosition = db.prepare('UPDATE runs SET position = ? WHERE id = ?');
  }

  /**
   * Opens the database, or makes it with its folder.
   *
   * @throws {AftermathError} `stop`: held by another process, damaged, not ours, of a newer version, not writable
   */
  static open(path: string): FeaturesState {
    let db: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(resolve(path)), { recursive: true });
      db = new DatabaseSync(path, { timeout: 0 });
      db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
      if (version > SCHEMA_VERSION)
        throw new AftermathError(
          'stop',
          `Cannot open the state ${path}: a newer aftermath wrote it. Use that one, or name another file with --features-state.`,
        );
      db.exec(SCHEMA);
      return new FeaturesState(db, path);
    } catch (error) {
      db?.close();
      throw unusable(path, error);
    }
  }

  /** The last run that was begun by settings, not by a task. */
  lastRun(): StoredRun | undefined {
    const row = this.#db.prepare('SELECT * FROM runs WHERE task = 0 ORDER BY rowid DESC LIMIT 1').get();
    return row && storedRun(row);
  }

  run(id: string): StoredRun | undefined {
    const row = this.#db.prepare('SELECT * FROM runs WHERE id = ?').get(id);
    return row && storedRun(row);
  }

  /**
   * Begins a run of the stage's own; earlier ones are forgotten.
   *
   * @throws {AftermathError} `stop` when it cannot be stored
   */
  beginRun(run: StoredRun): void {
    this.#inTransaction('store the run', () => {
      this.#db.exec('DELETE FROM runs WHERE task = 0');
      this.#addRun(run, false);
    });
  }

  /**
   * Stores how far a run has come. It survives the process; a power cut may leave an earlier position, and then rows are
   * published again, which whoever has them counts as duplicates. Waiting for the disk would stop the process twice a second.
   *
   * @throws when the disk is full, or gone; what was stored before stays
   */
  storePosition(runId: string, position: Position): void {
    this.#db.exec('PRAGMA synchronous = NORMAL');
    try {
      this.#storePosition.run(JSON.stringify(position), runId);
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL');
    }
  }

  /**
   * Accepts a task with its run.
   *
   * @throws {AftermathError} `retry` when it cannot be stored: the disk is full, or gone
   */
  addTask(task: NewTask, run: StoredRun): void {
    try {
      this.#inTransaction('store the task', () => {
        this.#addRun(run, true);
        this.#db
          .prepare('INSERT INTO tasks (id, digest, run, reply_to, correlation_id) VALUES (?, ?, ?, ?, ?)')
          .run(task.id, task.digest, run.id, task.replyTo ?? null, task.correlationId ?? null);
      });
    } catch (error) {
      throw new AftermathError('retry', `Cannot store task ${task.id}: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  }

  /** The last task that was accepted from this very message, with this correlation id or without any. */
  findTask(message: Pick<NewTask, 'digest' | 'correlationId'>): StoredTask | undefined {
    const row = this.#db
      .prepare('SELECT * FROM tasks WHERE digest = ? AND correlation_id IS ? ORDER BY place DESC LIMIT 1')
      .get(message.digest, message.correlationId ?? null);
    return row && storedTask(row);
  }

  /** The first accepted task that has not ended. */
  nextTask(): StoredTask | undefined {
    const row = this.#db.prepare("SELECT * FROM tasks WHERE state = 'waiting' ORDER BY place LIMIT 1").get();
    return row && storedTask(row);
  }

  /**
   * Ends a task. The last ones are remembered, so that a redelivered one is known; their runs are not.
   *
   * @throws {AftermathError} `stop` when it cannot be stored: it goes on, and ends again, at the next start
   */
  endTask(
    task: StoredTask,
    end: { state: 'done' | 'failed'; rows: number; error: string | undefined },
  ): void {
    this.#inTransaction(`end task ${task.id}`, () => {
      this.#db
        .prepare('UPDATE tasks SET state = ?, rows = ?, error = ? WHERE place = ?')
        .run(end.state, end.rows, end.error ?? null, task.place);
      this.#db.prepare('DELETE FROM runs WHERE id = ?').run(task.run);
      this.#db
        .prepare("DELETE FROM tasks WHERE state <> 'waiting' AND place <= ?")
        .run(task.place - ENDED_TASKS_MAX);
    });
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #addRun({ id, spec, position }: StoredRun, task: boolean): void {
    this.#db
      .prepare('INSERT INTO runs (id, task, spec, position) VALUES (?, ?, ?, ?)')
      .run(id, task ? 1 : 0, JSON.stringify(spec), JSON.stringify(position));
  }

  #inTransaction(action: string, change: () => void): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      change();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      const found = `Cannot ${action} in ${this.#path}: ${messageOf(error)}.`;
      throw new AftermathError('stop', `${found} See that its disk is there and has room.`, { cause: error });
    }
  }
}

/** Ended tasks that are remembered. */
const ENDED_TASKS_MAX = 10_000;

const SCHEMA_VERSION = 1;

/** Writing the version takes the lock, also where nothing else changes. */
const SCHEMA = `
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, task INTEGER NOT NULL, spec TEXT NOT NULL, position TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS tasks (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, digest TEXT NOT NULL, run TEXT NOT NULL,
    reply_to TEXT, correlation_id TEXT, state TEXT NOT NULL DEFAULT 'waiting', rows INTEGER NOT NULL DEFAULT 0,
    error TEXT);
  CREATE INDEX IF NOT EXISTS tasks_by_digest ON tasks (digest);
  CREATE INDEX IF NOT EXISTS tasks_waiting ON tasks (place) WHERE state = 'waiting';
  PRAGMA user_version = ${SCHEMA_VERSION};
  COMMIT;`;

type SqlRow = Readonly<Record<string, unknown>>;

function storedRun(row: SqlRow): StoredRun {
  return {
    id: String(row['id']),
    spec: JSON.parse(String(row['spec'])) as RunSpec,
    position: JSON.parse(String(row['position'])) as Position,
  };
}

function storedTask(row: SqlRow): StoredTask {
  return {
    place: Number(row['place']),
    id: String(row['id']),
    run: String(row['run']),
    replyTo: optional(row['reply_to']),
    correlationId: optional(row['correlation_id']),
    state: row['state'] as StoredTask['state'],
    rows: Number(row['rows']),
    error: optional(row['error']),
  };
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function unusable(path: string, error: unknown): unknown {
  if (error instanceof AftermathError) return error;
  const isLocked = /database is locked/.test(messageOf(error));
  const found = isLocked ? 'another process has it open' : messageOf(error);
  const todo = isLocked ? 'Stop that one, or name another file' : 'Name another file';
  return new AftermathError(
    'stop',
    `Cannot open the state ${path}: ${found}. ${todo} with --features-state.`,
    {
      cause: error,
    },
  );
}
