/** Which of two labels is the positive one: the larger number, else the last in order (`1`, `true`, `yes`). Of none, the empty text. */
export function positiveLabel(labels: readonly string[]): string {
  const numbers = labels.map(Number);
  if (numbers.some((number) => Number.isNaN(number))) return labels.toSorted().at(-1) ?? '';
  return labels[numbers.indexOf(Math.max(...numbers))] ?? '';
}
