import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AftermathError } from '../../service/errors.ts';
import type { Logger } from '../../service/logging.ts';
import type { TruthBooks } from '../../wire/snapshot.ts';
import type { ModelBooks } from '../ledger/books.ts';
import { type PostgresAddress, postgresAddress } from '../ledger/postgres/address.ts';
import type { Connection } from '../ledger/postgres/connection.ts';
import { migrate } from '../ledger/postgres/migrations.ts';
import { mustHaveRights } from '../ledger/postgres/rights.ts';
import { prepareSchema } from '../ledger/sqlite-schema.ts';
import { explained, type StoredState } from '../ledger/sqlite-store.ts';
import { WriterLock } from '../ledger/writer-lock.ts';
import { quiesce, withDatabase } from './care-connection.ts';
import { FilePicture } from './file-picture.ts';
import { fillPostgres, type Filled } from './fill-postgres.ts';
import { asideOf, putAside } from './put-aside.ts';

/** From where to where, and the settings that the ledger is used with. */
export interface MoveOptions {
  readonly path: string;
  /** As `--ledger` has it. */
  readonly url: string;
  readonly horizonMs: number;
  readonly retentionMs: number;
  readonly log: Logger;
}

/** What became of it. Written as JSON it is the answer of `aftermath ledger move --json`. */
export interface Moved {
  readonly path: string;
  /** Where the file is now. */
  readonly aside: string;
  /** The database, without a password. */
  readonly ledger: string;
  /** An earlier run had moved all of it, and was stopped before the file was put aside. */
  readonly wasMoved: boolean;
  /** Ids in the file. */
  readonly ids: number | undefined;
  /** Outcomes so far, revisions included. */
  readonly outcomes: number;
  /** Of them: those that are kept. */
  readonly kept: number | undefined;
  readonly models: readonly Pick<ModelBooks, 'model' | 'counts'>[];
  readonly truths: TruthBooks;
}

/**
 * Moves a ledger from its file to a database in one transaction, and puts the file aside. When it is stopped before that, the
 * next run finds by a mark in both that all of it is there, and only puts the file aside.
 *
 * @throws {AftermathError} `stop`: somebody writes the file or works on the database, which is not empty, or the file has gone on
 *   since it was moved; `retry`: the connection was lost
 */
export async function moveLedger(options: MoveOptions): Promise<Moved> {
  const { path, url } = options;
  const { shown } = postgresAddress(url);
  mustBeThere(path);
  using _lock = WriterLock.take(path);
  try {
    const identity = identityOf(path);
    const moved = await withDatabase(url, (connection, where) =>
      pour(connection, where, { ...options, identity }),
    );
    const aside = putAside(path, 'moved');
    if (aside === undefined) throw new RangeError(`${path} is gone although it was locked`);
    return { path, aside, ledger: shown, ...moved };
  } catch (error) {
    throw explained(error, path);
  }
}

function mustBeThere(path: string): void {
  if (existsSync(path)) return;
  const [aside] = asideOf(path, 'moved');
  const found =
    aside === undefined ? 'there is no such file' : `it has been moved already; what it was is ${aside}`;
  throw new AftermathError('stop', `Cannot move the ledger ${path}: ${found}.`);
}

/** A name for this very file, in it: so a database can say that it came from here. */
function identityOf(path: string): string {
  using db = new DatabaseSync(path, { timeout: 5000 });
  prepareSchema(db, path);
  db.prepare("INSERT OR IGNORE INTO meta (name, value) VALUES ('identity', ?)").run(randomUUID());
  return String(db.prepare("SELECT value FROM meta WHERE name = 'identity'").get()?.['value']);
}

/** What a database says of the file that it was moved from. */
interface MoveMark {
  readonly file: string;
  /** Of the rules' state then. */
  readonly digest: string;
}

async function pour(
  connection: Connection,
  where: PostgresAddress,
  options: MoveOptions & { readonly identity: string },
): Promise<Omit<Moved, 'path' | 'aside' | 'ledger'>> {
  const { path, log } = options;
  const { shown } = where;
  await migrate(connection, where.schema, shown);
  await mustHaveRights(connection, where);
  using picture = new FilePicture(path, 'move');
  const { state } = picture.store();
  const mark: MoveMark = { file: options.identity, digest: digestOf(state) };
  const { number: outcomes, books } = state.rules;
  const told = {
    outcomes,
    models: books.models.map(({ model, counts }) => ({ model, counts })),
    truths: books.truths,
  };
  if (await isMoved(connection, mark, { path, shown }))
    return { wasMoved: true, ids: undefined, kept: undefined, ...told };
  if (state.cursor === undefined) {
    throw new AftermathError(
      'stop',
      `Cannot move the ledger ${path}: nothing was ever committed to it. Start metric with --ledger ${shown} at once.`,
    );
  }
  const filled = await connection.transaction(async (): Promise<Filled> => {
    await quiesce(connection, { doing: `move the ledger ${path}`, shown });
    await mustBeEmpty(connection, { path, shown });
    return fillPostgres(connection, picture, {
      ...options,
      holder: `the file ${path}`,
      movedFrom: JSON.stringify(mark),
    });
  });
  log.info(`all of ${path} is in ${shown}: the file is put aside now`);
  return { wasMoved: false, ids: filled.ids, kept: filled.outcomes, ...told };
}

function digestOf({ rules }: StoredState): string {
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex');
}

/** Whether all of the file is in the database already. @throws {AftermathError} `stop` where it has gone on since */
async function isMoved(
  connection: Connection,
  mark: MoveMark,
  about: { readonly path: string; readonly shown: string },
): Promise<boolean> {
  const { rows } = await connection.run('SELECT moved_from FROM ledger');
  const text = rows[0]?.[0];
  const found = typeof text === 'string' ? (JSON.parse(text) as MoveMark) : undefined;
  if (found?.file !== mark.file) return false;
  if (found.digest === mark.digest) return true;
  throw new AftermathError(
    'stop',
    `Cannot move the ledger ${about.path}: it was moved to ${about.shown} before, and the file has gone on since. ` +
      'Stop who writes it, and decide which of the two counts: put the file away, or move it to another schema (?schema=NAME).',
  );
}

/** @throws {AftermathError} `stop` where a ledger is there already */
async function mustBeEmpty(
  connection: Connection,
  about: { readonly path: string; readonly shown: string },
): Promise<void> {
  const { rows } = await connection.run(
    'SELECT (SELECT count(*) FROM writer), number FROM log WHERE number > 0 OR cursor IS NOT NULL OR EXISTS (SELECT FROM writer)',
  );
  const [found] = rows;
  if (found === undefined) return;
  throw new AftermathError(
    'stop',
    `Cannot move the ledger ${about.path}: ${about.shown} holds a ledger already, of ${String(found[0])} workers and ${String(found[1])} outcomes. ` +
      'Two ledgers cannot be made one: name another schema (?schema=NAME), or drop that one.',
  );
}
