/** Counts of books in a line: `received 10, scored 8, pending 2`. What is 0 is left out, but for what was received. */
export function booksText(counts: object): string {
  const parts = Object.entries(counts).filter(([name, count]) => count !== 0 || name === 'received');
  return parts.map(([name, count]) => `${name} ${count}`).join(', ');
}
