import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { checkDatabase } from '../../src/metric/care/check-database.ts';
import { checkFile } from '../../src/metric/care/check-file.ts';
import { eraseFromDatabase } from '../../src/metric/care/erase-database.ts';
import { eraseFromFile } from '../../src/metric/care/erase-file.ts';
import type { Erased, EraseOptions } from '../../src/metric/care/erased.ts';
import type { LedgerCheck } from '../../src/metric/care/ledger-check.ts';
import { testSchema, type TestSchema } from '../setup/postgres.ts';
import { type BusyLedger, takeBusy } from './busy-ledger.ts';
import { Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

/** Of Latin letters, of others, and a number that came in two forms. */
export const ANNA = 'person-4711-"Anna", Köln';
export const WIDE = 'персона-0815☃';
const NUMBER = '481516234299.50';
/** All of them. */
export const PERSONS = [ANNA, WIDE, NUMBER];

/** Early ids are in segments, the last ones in batches. */
export async function withPersons(parts: BusyLedger): Promise<void> {
  await takePerson(parts, { id: ANNA, from: 0, isNumber: false });
  await takeBusy(parts, 0, 1_200);
  await takePerson(parts, { id: WIDE, from: 1_200, isNumber: false });
  await takeBusy(parts, 1_200, 2_600);
  await takePerson(parts, { id: NUMBER, from: 2_600, isNumber: true });
}

/** Two models predict a person, and its truth is revised. Beside it something begins to wait. */
export async function takePerson(
  { ledger }: BusyLedger,
  { id, from, isNumber }: { readonly id: string; readonly from: number; readonly isNumber: boolean },
): Promise<void> {
  const nowMs = 1_700_000_000_000 + 10 * from;
  const token = isNumber ? { id } : {};
  const refused = { predictions: 0, truths: 0 };
  const said = { ...prediction(id, 1, { tags: { origin: 'O1' } }), ...token };
  const other = { ...prediction(id, 2, { model: 'b', role: 'challenger' }), ...token };
  const waits = prediction(`awaiting-${from}`, 5);
  const truths = [3, 4].map((value) => ({ ...truth(id, value), ...token }));
  await ledger.commit({ nowMs, predictions: [said, other], truths: truths.slice(0, 1), refused });
  await ledger.commit({ nowMs, predictions: [waits], truths: truths.slice(1), refused });
}

/** A ledger of either kind, and how tests look at it from outside. */
export interface Site extends AsyncDisposable {
  readonly scratch: Scratch;
  readonly ledger: string;
  erase(options: Omit<EraseOptions, 'ledger'>, log?: Logger): Promise<Erased>;
  check(): Promise<LedgerCheck>;
  /** Whether a text stands anywhere in what is stored, in any of its encodings. */
  holds(text: string): Promise<boolean>;
}

/** Says nothing. */
export const QUIET = pino({ level: 'silent' });

/** A file and its log. */
export function fileSite(): Site {
  const scratch = new Scratch();
  const ledger = join(scratch.dir, 'ledger.db');
  return {
    scratch,
    ledger,
    erase: (options, log = QUIET) => eraseFromFile({ ...options, ledger }, log),
    check: async () => checkFile(ledger, join(scratch.dir, 'metric_log.csv')),
    holds: async (text) => filesOf(scratch).some((bytes) => isIn(bytes, text)),
    [Symbol.asyncDispose]: async () => scratch[Symbol.dispose](),
  };
}

/** A database and its log. */
export async function databaseSite(): Promise<Site> {
  const scratch = new Scratch();
  const schema = await testSchema();
  const ledger = schema.url;
  return {
    scratch,
    ledger,
    erase: (options, log = QUIET) => eraseFromDatabase({ ...options, ledger }, log),
    check: () => checkDatabase(ledger, join(scratch.dir, 'metric_log.csv')),
    holds: async (text) =>
      filesOf(scratch).some((bytes) => isIn(bytes, text)) || (await isInTables(schema, text)),
    [Symbol.asyncDispose]: async () => {
      await schema[Symbol.asyncDispose]();
      scratch[Symbol.dispose]();
    },
  };
}

/** What all files of a folder hold. */
export function filesOf({ dir }: Scratch): Buffer[] {
  return readdirSync(dir).map((name) => readFileSync(join(dir, name)));
}

/** As CSV and JSON write it, and as entries hold it. */
function encodings(text: string): Buffer[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [text, json, text.replaceAll('"', '""'), JSON.stringify(json).slice(1, -1)].flatMap((each) => [
    Buffer.from(each, 'utf8'),
    Buffer.from(each, 'utf16le'),
    ...(/^[\0-\xff]*$/.test(each) ? [Buffer.from(each, 'latin1')] : []),
  ]);
}

/** Whether bytes hold a text, in any of its encodings. */
export function isIn(bytes: Buffer, text: string): boolean {
  return encodings(text).some((each) => bytes.includes(each));
}

async function isInTables(schema: TestSchema, text: string): Promise<boolean> {
  const tables = await schema.query(
    "SELECT table_name AS t FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'entry' GROUP BY 1",
  );
  for (const { t } of tables) {
    for (const row of await schema.query(`SELECT * FROM ${String(t)}`)) {
      for (const value of Object.values(row)) {
        if (isIn(Buffer.isBuffer(value) ? value : Buffer.from(String(value)), text)) return true;
      }
    }
  }
  return false;
}
