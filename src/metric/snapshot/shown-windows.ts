import type { WindowSnapshot } from '../../wire/snapshot.ts';
import type { Window } from '../../wire/window.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import type { FigureSet } from '../figures/figure-set.ts';
import type { LastOutcomes } from '../ordered/last-outcomes.ts';
import type { ModelFigures } from '../figures/model-figures.ts';

/** Where the windows of one model come from. */
export interface WindowSources {
  readonly model: string;
  readonly figures: ModelFigures;
  readonly last: LastOutcomes;
  readonly settings: FigureSettings;
}

/** A model's figures over each window that has an outcome, in the order of the settings. */
export function windowsOf(sources: WindowSources): WindowSnapshot[] {
  return sources.settings.windows.flatMap((window) => windowOf(window, sources) ?? []);
}

function windowOf(window: Window, sources: WindowSources): WindowSnapshot | undefined {
  const { figures, last, model, settings } = sources;
  const { name, kind } = window;
  if (kind === 'faded') {
    const faded = figures.faded(name);
    const scored = faded?.scored() ?? 0;
    return scored > 0 ? { window: name, kind, scored, figures: faded!.values() } : undefined;
  }
  if (kind !== 'last') {
    const spanned = figures.cells.window(window);
    return spanned && shown(window, { ...spanned, figures: spanned.set.values() });
  }
  const found = last.figures(model, { outcomes: window.outcomes, task: figures.task, settings });
  return found && shown(window, found);
}

function shown(
  { name, kind }: Window,
  found: Pick<WindowSnapshot, 'figures'> & {
    readonly set: FigureSet;
    readonly fromMs: number;
    readonly toMs: number;
  },
): WindowSnapshot | undefined {
  const { set, fromMs, toMs, figures } = found;
  if (set.scored === 0) return undefined;
  const errors = set.histogram();
  return {
    window: name,
    kind,
    scored: set.scored,
    // JSON has no infinity: the oldest cell has no beginning.
    ...(Number.isFinite(fromMs) && { fromMs }),
    toMs,
    figures,
    ...(errors && { errors }),
  };
}
