import type { WindowSnapshot } from '../wire/snapshot.ts';
import type { Window } from '../wire/window.ts';
import type { ModelFigures } from './model-figures.ts';

/** A model's figures over each window of event time that has an outcome, in the order of the settings. */
export function timeWindowsOf(figures: ModelFigures, windows: readonly Window[]): WindowSnapshot[] {
  return windows.flatMap((window) => windowOf(figures, window) ?? []);
}

function windowOf(figures: ModelFigures, window: Window): WindowSnapshot | undefined {
  const { name, kind } = window;
  if (kind === 'last') return undefined;
  if (kind === 'faded') {
    const faded = figures.faded(name);
    const scored = faded?.scored() ?? 0;
    return scored > 0 ? { window: name, kind, scored, figures: faded!.values() } : undefined;
  }
  const spanned = figures.cells.window(window);
  if (spanned === undefined || spanned.set.scored === 0) return undefined;
  const { fromMs, toMs, set } = spanned;
  const errors = set.histogram();
  return {
    window: name,
    kind,
    scored: set.scored,
    ...(Number.isFinite(fromMs) && { fromMs }),
    toMs,
    figures: set.values(),
    ...(errors && { errors }),
  };
}
