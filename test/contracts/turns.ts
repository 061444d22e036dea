/** Lets everything that is due in this turn of the event loop happen. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Whether work has settled, after some turns. */
export async function settledYet(work: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const turns = (async () => {
    for (let i = 0; i < 20; i += 1) await nextTurn();
    return pending;
  })();
  return (await Promise.race([work, turns])) !== pending;
}
