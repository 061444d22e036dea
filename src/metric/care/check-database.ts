import { ArenaReader } from '../ledger/arena.ts';
import { readEntry } from '../ledger/entry-codec.ts';
import { leafOf, rowKey } from '../ledger/postgres/entry-rows.ts';
import { postgresAddress } from '../ledger/postgres/address.ts';
import { decodeOutcomes } from '../ledger/postgres/outcome-blob.ts';
import { checkLog } from './check-log.ts';
import { DatabasePicture } from './database-picture.ts';
import type { LedgerCheck } from './ledger-check.ts';
import { Tally } from './tally.ts';

/**
 * Checks a ledger in PostgreSQL, workers may be at work: that every entry can be read, lies where it is looked for and is what the
 * books of all writers together count; that every outcome of them is in the log's count, or waits for it, and none twice;
 * and the log against the place that is stored. Changes nothing.
 *
 * @param logPath `undefined`: the log is elsewhere, and is not looked at
 * @throws {AftermathError} `stop` where there is no such ledger
 */
export function checkDatabase(url: string, logPath: string | undefined): Promise<LedgerCheck> {
  return DatabasePicture.take(url, 'check', async (picture): Promise<LedgerCheck> => {
    const tally = await tallied(picture);
    const outcomes = await checkOutcomes(picture);
    const { cursor } = picture;
    const log = cursor === undefined || logPath === undefined ? NOT_SEEN : checkLog(logPath, cursor);
    const problems = [...tally.problems(picture.books), ...outcomes.problems, ...log.problems];
    const atWork = picture.writers.filter(({ isAtWork }) => isAtWork).map(({ holder }) => holder);
    return {
      path: postgresAddress(url).shown,
      bytes: picture.bytes,
      sound: problems.length === 0,
      problems,
      notes: [
        ...(picture.writers.length === 0 ? ['No worker has ever used it.'] : []),
        ...(atWork.length > 0 ? [`At work on it: ${atWork.join(', ')}.`] : []),
        ...outcomes.notes,
        ...log.notes,
        ...(logPath === undefined ? ['The log was not looked at: name it with --log.'] : []),
      ],
      ids: tally.ids,
      outcomes: picture.number + outcomes.waiting,
      models: picture.books.models.map(({ model, counts }) => ({ model, counts })),
      truths: picture.books.truths,
    };
  });
}

const NOT_SEEN = { problems: [], notes: [] };

async function tallied(picture: DatabasePicture): Promise<Tally> {
  const tally = new Tally();
  const reader = new ArenaReader(picture.words);
  for await (const { leaf, key, bytes } of picture.entries()) {
    try {
      const entry = readEntry(reader, bytes, 0);
      if (rowKey(entry.key) !== key || leafOf(key) !== leaf)
        tally.problem(`The entry of ${entry.token} is not where it is looked for.`);
      tally.add(entry);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      tally.problem(`The entry under ${key} in table entry_${leaf} cannot be read: ${error.message}.`);
    }
  }
  return tally;
}

/** Outcomes are numbered without a gap by who writes the log; of the older ones only some are kept. */
async function checkOutcomes(picture: DatabasePicture): Promise<{
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  readonly waiting: number;
}> {
  const problems: string[] = [];
  let [last, waiting] = [0, 0];
  for await (const { writer, batch, count, first, bytes } of picture.outcomes()) {
    const where = `Batch ${batch} of writer ${writer}`;
    try {
      const numbers = decodeOutcomes(picture.words, bytes, first ?? 1).map(({ number }) => number);
      if (numbers.length !== count)
        problems.push(`${where} holds ${numbers.length} outcomes, and is said to hold ${count}.`);
      if (first !== undefined && first <= last)
        problems.push(`${where} begins with outcome ${first}, and ${last} is in another one.`);
      if (first === undefined) waiting += count;
      else last = Math.max(last, ...numbers);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      problems.push(`${where} cannot be read: ${error.message}.`);
    }
    if (problems.length >= PROBLEMS_MAX) break;
  }
  if (last > picture.number)
    problems.push(`Outcome ${last} is kept, and the log has only ${picture.number}.`);
  const scored = picture.writers.reduce((sum, { rules }) => sum + rules.number, 0);
  if (problems.length === 0 && scored !== picture.number + waiting)
    problems.push(
      `The writers have made ${scored} outcomes; the log has ${picture.number}, and ${waiting} wait for it.`,
    );
  const notes =
    waiting > 0 ? [`${waiting} outcomes are not in the log yet: the worker that writes it takes them.`] : [];
  return { problems, notes, waiting };
}

const PROBLEMS_MAX = 20;
