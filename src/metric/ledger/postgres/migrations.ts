import { AftermathError } from '../../../service/errors.ts';
import type { Connection } from './connection.ts';
import { LEAVES } from './entry-rows.ts';

/** What the tables of this program are. A newer program raises it and knows the way from each older one. */
export const SCHEMA_VERSION = 2;

/**
 * Makes the tables, or brings those of an older program to this one's. Whoever starts first does it, and the others wait.
 *
 * @throws {AftermathError} `stop` when a newer program has made them
 */
export async function migrate(connection: Connection, schema: string, shown: string): Promise<void> {
  if ((await schemaVersion(connection, schema, shown)) === SCHEMA_VERSION) return;
  await connection.transaction(() => makeTables(connection, schema, shown));
}

/** The same within a transaction. */
export async function makeTables(connection: Connection, schema: string, shown: string): Promise<void> {
  await connection.run('SELECT pg_advisory_xact_lock(hashtext($1))', [`aftermath ${schema}`]);
  const version = await schemaVersion(connection, schema, shown);
  for (const script of MIGRATIONS.slice(version)) await connection.script(script(schema));
}

/**
 * The version of the tables that are there; 0 where there are none.
 *
 * @throws {AftermathError} `stop` when a newer program has made them
 */
export async function schemaVersion(connection: Connection, schema: string, shown: string): Promise<number> {
  // `to_regclass` would answer from what this session remembers of before it waited for the lock.
  const table = await connection.run(
    "SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = 'ledger'",
    [schema],
  );
  if (table.count === 0) return 0;
  // By its full name: without it a schema that may not be used is passed over, and the table only seems to be missing.
  const { rows } = await connection.run(`SELECT version FROM ${schema}.ledger`);
  const version = Number(rows[0]?.[0]);
  if (version > SCHEMA_VERSION) {
    throw new AftermathError(
      'stop',
      `Cannot use the ledger ${shown}: its schema has version ${version}, this program knows ${SCHEMA_VERSION}. ` +
        'Use the program that upgraded it: every worker on one ledger has the same version.',
    );
  }
  return version;
}

const MIGRATIONS: readonly ((schema: string) => string)[] = [first, second];

/**
 * Pages of entries are filled by less than half: most entries are written twice, and the second state finds room in the page
 * of the first, so that no index is touched (a HOT update). Vacuum comes by what has changed, not by a share of all that is there.
 */
function first(schema: string): string {
  const leaves = Array.from(
    { length: LEAVES },
    (_, leaf) => `
      CREATE TABLE entry_${leaf} (key text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL)
        WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000,
              autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.5);
      ALTER TABLE entry_${leaf} ALTER bytes SET STORAGE MAIN;`,
  );
  const all = leaves.map((_, leaf) => `SELECT ${leaf} AS leaf, key, bytes FROM entry_${leaf}`);
  return `
    DO $$ BEGIN
      -- Who may use a schema that is there need not have the right to make one.
      IF to_regnamespace('${schema}') IS NULL THEN CREATE SCHEMA ${schema}; END IF;
    END $$;
    SET LOCAL search_path = ${schema};

    CREATE TABLE ledger (id integer PRIMARY KEY DEFAULT 1 CHECK (id = 1), version integer NOT NULL, task text);
    INSERT INTO ledger (version) VALUES (1);

    CREATE TABLE word (code integer PRIMARY KEY, text text COLLATE "C" NOT NULL UNIQUE);

    CREATE TABLE writer (
      id integer PRIMARY KEY, epoch bigint NOT NULL, holder text NOT NULL, until timestamptz NOT NULL,
      batch bigint NOT NULL, at timestamptz NOT NULL, rules text NOT NULL, figures_batch bigint NOT NULL
    ) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
    CREATE TABLE writer_figure (
      writer integer NOT NULL, name text NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (writer, name)
    ) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

    ${leaves.join('\n')}
    CREATE VIEW entry AS ${all.join(' UNION ALL ')};

    CREATE TABLE outcome_batch (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, writer integer NOT NULL, batch bigint NOT NULL,
      at_ms bigint NOT NULL, count integer NOT NULL, first bigint, bytes bytea NOT NULL
    ) WITH (fillfactor = 80, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.02);
    CREATE INDEX outcome_batch_waiting ON outcome_batch (seq) WHERE first IS NULL;
    CREATE INDEX outcome_batch_first ON outcome_batch (first) WHERE first IS NOT NULL;
    CREATE INDEX outcome_batch_writer ON outcome_batch (writer, batch);

    CREATE TABLE calendar (at_ms bigint NOT NULL, seq bigint GENERATED ALWAYS AS IDENTITY, keys text NOT NULL)
      WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.02);
    CREATE INDEX calendar_at ON calendar (at_ms, seq);

    CREATE TABLE log (
      id integer PRIMARY KEY DEFAULT 1 CHECK (id = 1), token bigint NOT NULL, holder text NOT NULL,
      until timestamptz NOT NULL, number bigint NOT NULL, cursor text,
      figures_number bigint NOT NULL, baseline text
    ) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
    INSERT INTO log VALUES (1, 0, '', '-infinity', 0, NULL, 0, NULL);
    CREATE TABLE log_figure (name text PRIMARY KEY, bytes bytea NOT NULL)
      WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

    DO $$ BEGIN
      IF (SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression') THEN
        ALTER TABLE outcome_batch ALTER bytes SET COMPRESSION lz4;
        ALTER TABLE calendar ALTER keys SET COMPRESSION lz4;
      ELSE
        ALTER TABLE outcome_batch ALTER bytes SET STORAGE EXTERNAL;
        ALTER TABLE calendar ALTER keys SET STORAGE EXTERNAL;
      END IF;
    END $$;
  `;
}

/** From which file the ledger was moved here, so that a move that was interrupted knows that it is done. */
function second(schema: string): string {
  return `
    SET LOCAL search_path = ${schema};
    ALTER TABLE ledger ADD COLUMN moved_from text;
    UPDATE ledger SET version = 2;
  `;
}
