import { median } from './blocks.ts';
import type { Cost } from './processes.ts';

/** What one turn gave: rows per second and, of our own services, what each cost. */
export interface Rate {
  readonly rate: number;
  readonly costs?: Readonly<Record<string, Cost>>;
}

/**
 * Measures several things in turns and gives a line for each: its median rate, and its ratio to the first within a turn (median, least
 * and most), since a shared machine gives one minute half of what it gave the one before. Below it the median cost of each service.
 *
 * @param measured by name: what measures it once
 */
export async function inTurns(
  turns: number,
  measured: Readonly<Record<string, () => Promise<Rate>>>,
): Promise<string[]> {
  const rates = new Map<string, Rate[]>(Object.keys(measured).map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, measure] of Object.entries(measured)) rates.get(name)?.push(await measure());
  }
  const [first = []] = rates.values();
  return [...rates].flatMap(([name, taken]) => {
    const rate = Math.round(median(taken.map((each) => each.rate))).toLocaleString('en');
    const ratios = taken.map((each, turn) => each.rate / (first[turn]?.rate ?? NaN));
    const beside =
      taken === first
        ? ''
        : `   ${percent(median(ratios))} (${percent(Math.min(...ratios))} to ${percent(Math.max(...ratios))}) of the first`;
    return [`${name.padEnd(34)} ${rate.padStart(10)} rows/s${beside}`, ...costLines(taken)];
  });
}

function costLines(taken: readonly Rate[]): string[] {
  return Object.keys(taken[0]?.costs ?? {}).map((service) => {
    const middle = (figure: keyof Cost) =>
      median(taken.map((each) => each.costs?.[service]?.[figure] ?? NaN));
    const [cpu, resident] = [middle('cpuSeconds'), middle('residentMaxMiB')];
    return `  ${service.padEnd(10)} ${cpu.toFixed(1)} s CPU with its start, at most ${resident.toFixed(0)} MiB`;
  });
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(0)} %`;
}
