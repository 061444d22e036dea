/** Waits until `attempt` fulfils; a failed attempt is repeated until `timeoutMs`, then its error is thrown. */
export async function eventually<T>(attempt: () => Promise<T>, timeoutMs: number, everyMs = 50): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}
