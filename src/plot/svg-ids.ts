/**
 * The same picture with ids of its own: Vega numbers clips and gradients through all pictures of a process, so the same
 * chart would be another text each time, and two pictures on one page would share ids.
 *
 * @param prefix begins each of them
 */
export function withOwnIds(svg: string, prefix = ''): string {
  const places = new Map<string, number>();
  return svg.replaceAll(/\b(clip|gradient_)(\d+)\b/g, (id: string, kind: string) => {
    if (!places.has(id)) places.set(id, places.size);
    return `${prefix}${kind}${places.get(id)}`;
  });
}
