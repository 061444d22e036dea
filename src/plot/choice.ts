/** What a reader picked. It is the page's address, so that a link shows another the same. */
export interface Choice {
  /** Name of a model; absent: the champion. */
  readonly model?: string;
  /** Name of a window; absent: everything. */
  readonly window?: string;
  /** Key of a slice (`sliceKey`); absent: all rows. */
  readonly slice?: string;
  /** Name of the figure in the first line; absent: that of the task. */
  readonly figure?: string;
}

const KEYS = ['model', 'window', 'slice', 'figure'] as const satisfies readonly (keyof Choice)[];

/** Longer ones are no names of ours: they are left out. */
const LENGTH_MAX = 1_000;

/** The choice in an address (`?model=boosting&slice=origin:LGA`); what it does not name is not picked. */
export function readChoice(query: URLSearchParams): Choice {
  return Object.fromEntries(
    KEYS.flatMap((key) => {
      const value = query.get(key);
      return value === null || value === '' || value.length > LENGTH_MAX ? [] : [[key, value]];
    }),
  );
}

/** The choice as an address has it, with the `?`; empty where nothing is picked. */
export function writeChoice(choice: Choice): string {
  const query = new URLSearchParams();
  for (const key of KEYS) {
    const value = choice[key];
    if (value !== undefined) query.set(key, value);
  }
  // A colon needs no escape there, and is what people read.
  const text = query.toString().replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** Names a slice in a choice; no two have the same. */
export function sliceKey({ tag, value }: { readonly tag: string; readonly value: string }): string {
  return `${tag.replaceAll('%', '%25').replaceAll(':', '%3A')}:${value}`;
}
