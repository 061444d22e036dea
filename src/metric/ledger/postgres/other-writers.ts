import type { FigureSink } from '../ledger.ts';
import type { Words } from '../words.ts';
import { unstoredOutcomes } from './outcome-rows.ts';
import type { RulesState } from '../rules-state.ts';
import type { Connection } from './connection.ts';
import { readRulesState } from '../rules-state.ts';

/** What another writer has stored. */
export interface Share {
  readonly id: number;
  readonly rules: RulesState;
  /** When it was heard of last. */
  readonly atMs: number;
  readonly batch: number;
  readonly epoch: number;
  readonly figuresBatch: number;
}

/** The shares of all writers but one, in order of their place. @param before as they were last: what is the same is not read again */
export async function otherShares(
  connection: Connection,
  own: number,
  before: readonly Share[],
): Promise<readonly Share[]> {
  const { rows } = await connection.run(
    `SELECT id, epoch, batch, figures_batch, extract(epoch FROM at) * 1000, rules FROM writer WHERE id <> $1 ORDER BY id`,
    [own],
  );
  return rows.map(([id, epoch, batch, figuresBatch, atMs, rules]) => {
    const known = before.find((share) => share.id === id);
    const isSame = known !== undefined && known.epoch === Number(epoch) && known.batch === Number(batch);
    return {
      id: Number(id),
      epoch: Number(epoch),
      batch: Number(batch),
      figuresBatch: Number(figuresBatch),
      atMs: Number(atMs),
      rules: isSame ? known.rules : readRulesState(JSON.parse(String(rules)) as RulesState),
    };
  });
}

/** The states of the other writers' linear figures; `undefined` where none has stored any since. */
export async function newStatesOfOthers(
  connection: Connection,
  own: number,
  shares: { readonly before: readonly Share[]; readonly now: readonly Share[] },
): Promise<ReadonlyMap<string, Uint8Array>[] | undefined> {
  const versionOf = ({ id, figuresBatch }: Share): string => `${id}:${figuresBatch}`;
  if (shares.before.map(versionOf).join() === shares.now.map(versionOf).join()) return undefined;
  return statesOfOthers(connection, own);
}

/** As they are stored. */
async function statesOfOthers(
  connection: Connection,
  own: number,
): Promise<ReadonlyMap<string, Uint8Array>[]> {
  const { rows } = await connection.run('SELECT writer, name, bytes FROM writer_figure WHERE writer <> $1', [
    own,
  ]);
  const states = new Map<number, Map<string, Uint8Array>>();
  for (const [writer, name, bytes] of rows) {
    const there = states.get(Number(writer)) ?? new Map<string, Uint8Array>();
    there.set(String(name), bytes as Buffer);
    states.set(Number(writer), there);
  }
  return [...states.values()];
}

/**
 * Gives a sink that is about to be rebuilt what the other writers, none of which is alive, have of figures: what is whole of them
 * is not made anew, because the outcomes that it stands on may be forgotten.
 */
export async function takeOverOthers(
  connection: Connection,
  own: number,
  to: { readonly sink: FigureSink; readonly words: Words },
): Promise<void> {
  try {
    to.sink.setOthers(await statesOfOthers(connection, own));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  for await (const outcomes of unstoredOutcomes(connection, to.words, own)) to.sink.add(outcomes);
}
